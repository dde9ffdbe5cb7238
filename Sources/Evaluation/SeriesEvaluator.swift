import Atlas
import DICOMFiles
import DICOMSegmentation
import DurableFiles
import Geometry
import Pipeline
import Profiles

/// Compares an annotated series with reference labels: the SEG as it was written, and the network on tight boxes.
public struct SeriesEvaluator {
    /// The series that was annotated.
    public let series: ImageSeries
    /// The volume of it that was annotated.
    public let volume: ImageVolume
    /// Names the segments.
    public let profile: Profile
    /// Numbers of structures in the reference by the names that the profile uses.
    public let numbers: [String: UInt16]
    /// The reference labels on the volume's slices.
    public let reference: LabelPlanes

    /// - Throws: ``AnnotationError`` for a series without a volume or labels that cannot be placed.
    public init(
        series: ImageSeries,
        profile: Profile,
        numbers: [String: UInt16],
        reference: LabelVolume
    ) throws(AnnotationError) {
        guard let volume = series.volume else { throw .noVolume(series.problem ?? .badGeometry) }
        guard let planes = LabelPlanes(reference, on: volume.stack) else {
            throw .output("the label file's map from voxels to the patient cannot be inverted")
        }
        self.series = series
        self.volume = volume
        self.profile = profile
        self.numbers = numbers
        self.reference = planes
    }

    /// Evaluates the results in a folder that `annotate` or `serve` wrote.
    public func evaluate(
        _ folder: RawPath,
        model: LoadedModel,
        progress: (_ done: Int, _ total: Int) -> Void = { _, _ in }
    ) throws -> SeriesEvaluation {
        let result = try WrittenResult(folder: folder, seriesInstanceUID: series.seriesInstanceUID, volume: volume)
        let (receipt, found) = (result.receipt, result.masks)
        let tight = try tightAnswers(model, progress)
        let prompts = receipt.segments.reduce(0) { $0 + $1.boxes.count }
        let networkSeconds = receipt.seconds.encode + receipt.seconds.decode
        var segments: [SegmentEvaluation] = []
        var notInReference: [String] = []
        for segment in profile.segments {
            guard let name = segment.atlasLabel, let number = numbers[name] else { continue }
            let written = receipt.segments.first { $0.atlasLabel == name }
            let mask = found["\(profile.id)/\(segment.id)"]
            guard let truth = truth(number) else {
                if mask != nil { notInReference.append(segment.label) }
                continue
            }
            let boxes = WrittenResult.boxes(of: written, on: volume)
            let share = prompts > 0 ? Double(written?.boxes.count ?? 0) / Double(prompts) : 0
            segments.append(
                evaluation(
                    of: segment.label,
                    truth: truth,
                    mask: mask,
                    boxes: boxes,
                    tight: tight[name] ?? [],
                    volumeML: written?.volumeML ?? 0,
                    seconds: networkSeconds * share
                )
            )
        }
        return SeriesEvaluation(
            segments: segments,
            meanDiceAuto: Self.mean(segments.map(\.diceAuto)),
            meanDiceTight: Self.mean(segments.map(\.diceTight)),
            tightBoxes: tight.values.joined().map(record).sorted { ($0.sop, $0.label) < ($1.sop, $1.label) },
            notInReference: notInReference
        )
    }

    // MARK: - Parts

    /// The reference of one structure: its mask for each slice that has it; `nil` where no slice has.
    private func truth(_ number: UInt16) -> [Int: [UInt8]]? {
        var masks: [Int: [UInt8]] = [:]
        for slice in reference.planes.indices {
            if let mask = reference.mask(of: number, slice: slice) { masks[slice] = mask }
        }
        return masks.isEmpty ? nil : masks
    }

    private func evaluation(
        of label: String,
        truth: [Int: [UInt8]],
        mask: SegmentMask?,
        boxes: [Int: PixelBox],
        tight: [BoxSegmenter.Answer],
        volumeML: Double,
        seconds: Double
    ) -> SegmentEvaluation {
        let slices = truth.keys.sorted()
        let auto = slices.map { slice -> Double in
            guard let truth = truth[slice], let found = mask?[slice] else { return 0 }
            return DiceScore(found.unpacked(), truth).value
        }
        let perfect = tight.map { answer in
            truth[answer.question.slice].map { DiceScore(answer.mask, $0).value } ?? 0
        }
        let errors = slices.compactMap { slice -> BoxError? in
            guard let box = boxes[slice], let truth = truth[slice],
                let tight = PixelBox(of: truth, columns: volume.columns, rows: volume.rows)
            else { return nil }
            return BoxError(of: box, against: tight)
        }
        let scale = 256 / Double(max(volume.rows, volume.columns))
        let falseSlices = mask?.frames.indices.filter { mask?[$0] != nil && truth[$0] == nil }.count ?? 0
        return SegmentEvaluation(
            label: label,
            slices: slices.count,
            diceAuto: Self.mean(auto),
            diceTight: Self.mean(perfect),
            falseSlices: falseSlices,
            boxInner: errors.isEmpty ? nil : Self.mean(errors.map { $0.worstInner * scale }),
            boxOuter: errors.isEmpty ? nil : Self.mean(errors.map { $0.worstOuter * scale }),
            boxIoU: errors.reduce(0) { $0 + $1.intersectionOverUnion } / Double(max(1, slices.count)),
            volumeML: volumeML,
            seconds: seconds
        )
    }

    /// The network's masks for the reference's own boxes, by structure.
    private func tightAnswers(
        _ model: LoadedModel,
        _ progress: (Int, Int) -> Void
    ) throws -> [String: [BoxSegmenter.Answer]] {
        var questions: [BoxSegmenter.Question] = []
        for segment in profile.segments {
            guard let name = segment.atlasLabel, let number = numbers[name], let truth = truth(number) else { continue }
            for (slice, mask) in truth {
                guard let box = PixelBox(of: mask, columns: volume.columns, rows: volume.rows) else { continue }
                questions.append(.init(slice: slice, box: box, label: name))
            }
        }
        let segmenter = BoxSegmenter(
            model: model,
            intensity: .init(profile.intensity),
            isInverted: series.headers[volume.frames[0].headerIndex].pixels.isInverted
        )
        return Dictionary(grouping: try segmenter.run(questions, on: volume, progress: progress), by: \.question.label)
    }

    private func record(_ answer: BoxSegmenter.Answer) -> TightBoxEvaluation {
        let box = answer.question.box
        let truth = numbers[answer.question.label].flatMap { reference.mask(of: $0, slice: answer.question.slice) }
        return TightBoxEvaluation(
            sop: volume.frames[answer.question.slice].sopInstanceUID,
            label: answer.question.label,
            box: [box.x0, box.y0, box.x1, box.y1],
            dice: truth.map { DiceScore(answer.mask, $0).value } ?? 0,
            pixels: answer.mask.reduce(0) { $0 + Int($1) },
            predictedIoU: answer.predictedIoU
        )
    }

    private static func mean(_ values: [Double]) -> Double {
        values.isEmpty ? 0 : values.reduce(0, +) / Double(values.count)
    }
}
