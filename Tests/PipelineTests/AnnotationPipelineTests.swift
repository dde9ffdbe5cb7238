import DICOMFiles
import DICOMSegmentation
import DurableFiles
import Foundation
import Geometry
import Pipeline
import Profiles
import TestSupport
import Testing

@Suite("A series from end to end")
struct AnnotationPipelineTests {
    @Test(
        "each pixel of the SEG lies where the file's own geometry puts it",
        arguments: [
            "plain", "descending", "shuffled", "prone", "sagittal", "coronal", "oblique", "odd23x38", "odd187x239",
            "odd187x239_oblique", "odd187x239_sagittal", "tilt", "missing_slice", "enhanced", "enhanced_oblique",
            "per_slice_rescale", "monochrome1",
        ]
    )
    func whenASeriesIsAnnotated_thenTheMaskLiesRight(name: String) throws {
        let series = try AnnotatedSeries(name)
        try withTemporaryFolder { folder in
            let (found, _) = try run(series.request(try series.prompts()), in: folder)
            let window = NaiveScaling.window(-160, 240)
            for structure in 0..<2 {
                let expected = try series.expectedPlaces(of: structure, scaling: window)
                #expect(!expected.isEmpty)
                #expect(places(of: structure + 1, in: found) == expected)
            }
        }
    }

    @Test("without a window, volumes that are no CT are scaled by percentiles", arguments: ["mr", "mr_sagittal"])
    func whenAnMRHasNoWindow_thenPercentilesAreUsed(name: String) throws {
        let series = try AnnotatedSeries(name)
        try withTemporaryFolder { folder in
            let network = ThresholdNetwork(threshold: 90)
            let (found, _) = try run(series.request(try series.prompts(window: nil), network: network), in: folder)
            let scaling = NaiveScaling.percentiles(0.5, 99.5, inverted: false)
            let expected = try series.expectedPlaces(of: 0, scaling: scaling, threshold: 90)
            #expect(!expected.isEmpty)
            #expect(places(of: 1, in: found) == expected)
        }
    }

    @Test("without a window, a CT is seen through the published one")
    func whenACTHasNoWindow_thenThePublishedOneIsUsed() throws {
        let series = try AnnotatedSeries("plain")
        try withTemporaryFolder { folder in
            let (found, _) = try run(series.request(try series.prompts(window: nil)), in: folder)
            let expected = try series.expectedPlaces(of: 0, scaling: .window(-160, 240))
            #expect(places(of: 1, in: found) == expected)
        }
    }

    @Test("receipt, measurements, preview and SEG tell the same story", arguments: ["plain", "enhanced", "oblique"])
    func whenASeriesIsAnnotated_thenItsFilesAgree(name: String) throws {
        let series = try AnnotatedSeries(name)
        try withTemporaryFolder { folder in
            let (found, result) = try run(series.request(try series.prompts()), in: folder)
            let results = RawPath(folder.path).appending(result.folder)
            let receiptBytes = try bytes(results, AnnotationResult.FileName.receipt)
            let receipt = try JSONDecoder().decode(Receipt.self, from: Data(receiptBytes))
            let segmentation = try #require(receipt.segmentation)
            let written = try bytes(results, segmentation.file)
            #expect(segmentation.sha256 == SHA256Digest(of: written))
            #expect(segmentation.sopInstanceUID == found.sopInstanceUID)
            #expect(segmentation.frames == found.frames.count)
            #expect(receipt.series.frames.map(\.sop) == series.volume.frames.map(\.sopInstanceUID))
            #expect(receipt.segments.map(\.label) == found.segments.map(\.label))
            #expect(receipt.segments.map(\.number) == found.segments.map(\.number))
            #expect(receipt.notFound.isEmpty)
            #expect(receipt.created == "2026-01-02T12:00:00Z")

            let csv = String(decoding: try bytes(results, AnnotationResult.FileName.measurements), as: UTF8.self)
            #expect(csv == result.measurements.csv)
            let plane = series.volume.stack.planes[0]
            let step = try #require(series.volume.stack.spacingBetweenSlices)
            for (index, row) in result.measurements.rows.enumerated() {
                let frames = found.frames.filter { $0.segmentNumber == index + 1 }
                let pixels = frames.reduce(0) { $0 + ($1.mask?.pixelCount ?? 0) }
                #expect(row.voxels == pixels)
                #expect(row.slices == frames.filter { $0.mask != nil }.count)
                let volume = Double(pixels) * plane.rowSpacing * plane.columnSpacing * step / 1_000
                // Positions are decimal strings: steps of oblique series differ by some hundredths of a micrometre.
                #expect(abs(row.volumeML - volume) < 1e-4 * volume)
                #expect(receipt.segments[index].volumeML == row.volumeML)
                #expect(row.medianPredictedIoU == 0.875)
                let boxes = receipt.segments[index].boxes
                #expect(boxes.count == series.boxes[index].count)
                #expect(boxes.reduce(0) { $0 + $1.pixels } == pixels)
            }
            #expect(result.instability == 0.125)
            #expect(try bytes(results, AnnotationResult.FileName.preview).starts(with: PNGHeader.signature))
        }
    }

    @Test("nothing but UIDs tells of the patient in receipt and measurements")
    func whenResultsAreWritten_thenTheyNameNoPatient() throws {
        let series = try AnnotatedSeries("plain")
        let dataset = try DICOMFile.open(series.volume.frames[0].path).dataset
        try withTemporaryFolder { folder in
            let (_, result) = try run(series.request(try series.prompts()), in: folder)
            let results = RawPath(folder.path).appending(result.folder)
            for tag in [DICOMTag.patientName, .patientID] {
                let value = try #require(dataset.string(tag))
                for file in [AnnotationResult.FileName.receipt, AnnotationResult.FileName.measurements] {
                    #expect(!String(decoding: try bytes(results, file), as: UTF8.self).contains(value))
                }
            }
        }
    }

    @Test("the same request at the same instant gives the same SEG, in the same place and anywhere")
    func whenARequestIsRunAgain_thenTheSEGIsTheSame() throws {
        let series = try AnnotatedSeries("odd23x38")
        try withTemporaryFolder { folder in
            let request = series.request(try series.prompts())
            let places = ["first", "first", "second"].map { RawPath(folder.path).appending($0) }
            let files = try places.map { output -> [UInt8] in
                guard case .annotated(let result) = try AnnotationPipeline(output: output).run(request) else {
                    return []
                }
                return try bytes(output.appending(result.folder), AnnotationResult.FileName.segmentation)
            }
            #expect(files[0].count > 1_000)
            #expect(files[0] == files[1] && files[1] == files[2])
            let series = try FolderScan.entries(of: places[0])
            #expect(series.count == 1)
            #expect(try FolderScan.entries(of: places[0].appending(series[0].name)).count == 1)
        }
    }

    @Test("another arithmetic of the network gives another key, so that results lie beside each other")
    func whenTheArithmeticDiffers_thenTheKeyDoes() throws {
        let series = try AnnotatedSeries("odd23x38")
        let prompts = try series.prompts()
        let keys = ["fp32", "bf16", "int8", "fp32"].map { precision in
            var request = series.request(prompts)
            let model = request.model
            request.model = LoadedModel(
                name: model.name,
                digest: model.digest,
                precision: precision,
                network: model.network
            )
            return request.key(of: series.volume)
        }
        #expect(Set(keys).count == 3)
        #expect(keys[0] == keys[3])
    }

    @Test("intensities stand in the receipt in the order of the segments")
    func whenSegmentsHaveDifferentWindows_thenTheReceiptKeepsTheirOrder() throws {
        let series = try AnnotatedSeries("plain")
        let (index, box) = try #require(series.boxes[0].first)
        let sop = series.volume.frames[index].sopInstanceUID
        let prompt = #""prompts": [{"sop": "\#(sop)", "box": [\#(box.x0), \#(box.y0), \#(box.x1), \#(box.y1)]}]"#
        let windows = [(-150, 30), (-100, 40), (-50, 50), (-20, 60), (0, 45)]
        let segments = windows.enumerated().map { number, window in
            AnnotatedSeries.segment(
                "Liver \(number)",
                "10200004",
                #""window": [\#(window.0), \#(window.1)], "# + prompt
            )
        }
        try withTemporaryFolder { folder in
            let (found, result) = try run(series.request(try AnnotatedSeries.file(segments)), in: folder)
            #expect(result.receipt.intensity.map { Int($0.low) } == windows.map(\.0))
            #expect(result.receipt.intensity.map { Int($0.high) } == windows.map(\.1))
            #expect(found.segments.map(\.label) == windows.indices.map { "Liver \($0)" })
        }
    }

    @Test("a person's prompt counts whatever the network thinks of its mask")
    func whenThePredictedIoUIsNegative_thenThePromptStillCounts() throws {
        let series = try AnnotatedSeries("odd23x38")
        try withTemporaryFolder { folder in
            let network = ThresholdNetwork(predictedIoU: -0.25)
            let (found, _) = try run(series.request(try series.prompts(), network: network), in: folder)
            #expect(found.segments.count == 2)
        }
    }

    // MARK: - Parts

    private func run(_ request: AnnotationRequest, in folder: URL) throws -> (Segmentation, AnnotationResult) {
        let output = RawPath(folder.path)
        guard case .annotated(let result) = try AnnotationPipeline(output: output).run(request) else {
            throw AnnotationError.output("not annotated")
        }
        let path = output.appending(result.folder).appending(AnnotationResult.FileName.segmentation)
        return (try SegmentationReader.read(path), result)
    }

    private func bytes(_ folder: RawPath, _ name: String) throws -> [UInt8] {
        try ReadOnlyFile(folder.appending(name), subject: name).readAll()
    }

    /// Every pixel of a segment by the geometry and the references of the SEG itself.
    private func places(of segment: Int, in found: Segmentation) -> Set<AnnotatedSeries.Place> {
        var places: Set<AnnotatedSeries.Place> = []
        for frame in found.frames where frame.segmentNumber == segment {
            guard let plane = frame.plane, let mask = frame.mask, let source = frame.references.first else { continue }
            for row in 0..<mask.rows {
                for column in 0..<mask.columns where mask[row: row, column: column] {
                    let point =
                        plane.position + plane.rowDirection * (plane.columnSpacing * Double(column))
                        + plane.columnDirection * (plane.rowSpacing * Double(row))
                    let frame = source.frameNumber ?? 1
                    places.insert(.init(sop: source.sopInstanceUID, frame: frame, [point.x, point.y, point.z]))
                }
            }
        }
        return places
    }
}

/// The beginning of a PNG file (RFC 2083 sections 3.1 and 4.1.1).
struct PNGHeader {
    static let signature: [UInt8] = [0x89, 0x50, 0x4E, 0x47, 0x0D, 0x0A, 0x1A, 0x0A]
    let width: Int
    let height: Int

    /// `nil` for anything that is no PNG.
    init?(_ bytes: [UInt8]) {
        guard bytes.count > 24, bytes.starts(with: Self.signature), Array(bytes[12..<16]) == Array("IHDR".utf8)
        else { return nil }
        func number(at offset: Int) -> Int { bytes[offset..<offset + 4].reduce(0) { $0 << 8 | Int($1) } }
        (width, height) = (number(at: 16), number(at: 20))
    }
}
