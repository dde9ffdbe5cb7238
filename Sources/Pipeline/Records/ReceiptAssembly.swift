import DICOMFiles
import DICOMSegmentation
import DurableFiles
import Foundation
import Geometry
import Profiles
import SegmentAnything

/// Makes the receipt of one series from what was asked, what came out and what was written.
struct ReceiptAssembly {
    let writer: ResultWriter
    /// `nil` when no segment has a pixel.
    let segmentation: EncodedSegmentation?

    /// The receipt.
    func receipt(_ measurements: MeasurementTable, _ seconds: Receipt.Seconds) -> Receipt {
        let request = writer.request
        var receipt = Receipt(
            program: .init(
                name: request.program.name,
                version: request.program.version,
                dcmtk: request.program.dcmtkVersion
            ),
            created: Self.timestamp(request.instant),
            series: series,
            atlas: writer.plan.atlas,
            atlases: writer.plan.votes,
            model: .init(
                name: request.model.name,
                architecture: request.model.network.traits.architecture,
                sha256: request.model.digest,
                precision: request.model.precision
            ),
            intensity: writer.scalings.map { .init(low: $0.range.lowerBound, high: $0.range.upperBound) },
            segments: segments(measurements),
            notFound: notFound,
            warnings: warnings + volumeWarnings(measurements),
            segmentation: written,
            seconds: seconds,
            peakMemoryMB: ProcessMemory.peakMB
        )
        switch request.source {
        case .profile(let profile, _):
            receipt.profile = .init(id: profile.id, version: profile.version, sha256: profile.digest)
        case .prompts(_, let digest): receipt.promptFile = digest
        }
        return receipt
    }

    private var series: Receipt.Series {
        let source = writer.request.series
        return Receipt.Series(
            studyInstanceUID: source.studyInstanceUID,
            seriesInstanceUID: source.seriesInstanceUID,
            frameOfReferenceUID: writer.volume.frameOfReferenceUID,
            rows: writer.volume.rows,
            columns: writer.volume.columns,
            frames: writer.volume.frames.map { frame in
                .init(
                    sop: frame.sopInstanceUID,
                    frame: frame.frameNumber,
                    sha256: source.headers[frame.headerIndex].digest
                )
            }
        )
    }

    private func segments(_ measurements: MeasurementTable) -> [Receipt.Segment] {
        let found = writer.results.filter { !$0.mask.isEmpty }
        return zip(found, measurements.rows).map { result, row in
            Receipt.Segment(
                number: segmentation?.segmentNumbers[result.segment.trackingID] ?? 0,
                label: result.segment.label,
                atlasLabel: result.segment.atlasLabel,
                trackingID: result.segment.trackingID,
                volumeML: row.volumeML,
                boxes: boxes(result),
                confidence: result.decision?.confidence,
                priorDerivedSlices: result.decision?.priorSlices.count,
                meanValue: result.meanValue
            )
        }
    }

    private func boxes(_ result: SegmentResult) -> [Receipt.Box] {
        let decided = result.decision?.bySlice ?? [:]
        return result.answers.map { box($0, decided[$0.slice]) }
    }

    private func box(_ answer: SliceSegmenter.Answer, _ decided: SegmentDecision.Slice?) -> Receipt.Box {
        let frame = writer.volume.frames[answer.slice]
        return Receipt.Box(
            sop: frame.sopInstanceUID,
            frame: frame.frameNumber,
            box: answer.prompt.box.map { [$0.x0, $0.y0, $0.x1, $0.y1] },
            points: answer.prompt.points.isEmpty
                ? nil : answer.prompt.points.map { [$0.x, $0.y, Double($0.label)] },
            predictedIoU: answer.predictedIoU,
            pixels: answer.mask.pixelCount,
            agreement: decided?.agreement,
            origin: decided?.origin
        )
    }

    private var notFound: [Receipt.NotFound] {
        writer.results.enumerated().filter { $0.element.mask.isEmpty }.map { index, result in
            .init(
                label: result.segment.label,
                reason: writer.plan.withoutPrompt[index] ?? result.reasonForNothing,
                confidence: result.isWithheld ? result.decision?.confidence : nil,
                proposed: result.isWithheld ? boxes(result) : nil
            )
        }
    }

    private var warnings: [String] {
        var found: [String] = []
        let stack = writer.volume.stack
        if writer.volume.gapCount > 0 { found.append("GAPS \(writer.volume.gapCount)") }
        if stack.shearAngle > 0.5 {
            found.append("TILT " + String(format: "%.2f", stack.shearAngle) + " degrees between normal and positions")
        }
        let flags = writer.volume.frames.reduce(into: Set<String>()) { flags, frame in
            flags.formUnion(writer.request.series.headers[frame.headerIndex].flags.map(\.rawValue))
        }
        let left = writer.request.series.headers.reduce(0) { $0 + $1.numberOfFrames } - writer.volume.count
        if left > 0 { found.append("\(left) frames of the series are not part of the volume") }
        return found + flags.sorted()
    }

    private func volumeWarnings(_ measurements: MeasurementTable) -> [String] {
        zip(writer.results.filter { !$0.mask.isEmpty }, measurements.rows).flatMap { result, row in
            [row.warning(expecting: result.segment.expectedVolume), result.meanWarning, result.reviewWarning]
                .compactMap { $0 }
        }
    }

    private var written: Receipt.Segmentation? {
        segmentation.map { segmentation in
            .init(
                file: AnnotationResult.FileName.segmentation,
                sopInstanceUID: segmentation.sopInstanceUID,
                sha256: segmentation.digest,
                frames: segmentation.frameCount
            )
        }
    }

    /// ISO 8601 in UTC with seconds.
    private static func timestamp(_ instant: Date) -> String {
        instant.formatted(Date.ISO8601FormatStyle(timeZone: TimeZone(secondsFromGMT: 0) ?? .current))
    }
}
