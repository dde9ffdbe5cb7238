import Atlas
import DICOMFiles
import DurableFiles
import Evaluation
import Foundation
import Geometry
import Pipeline
import Profiles
import TestSupport
import Testing

@Suite("The evaluation of a series")
struct SeriesEvaluatorTests {
    @Test("the network's score on tight boxes is the mean over slices", arguments: ["odd23x38", "sagittal", "oblique"])
    func whenBoxesAreTight_thenTheScoreIsTheMeanOverSlices(name: String) throws {
        let series = try AnnotatedSeries(name)
        let evaluation = try evaluate(series, ThresholdNetwork())
        let bytes = NaiveScaling.window(-160, 240).bytes(try series.modalityValues())
        for (structure, segment) in evaluation.segments.enumerated() {
            let scores = series.boxes[structure].map { slice, box -> Double in
                let truth = (series.labels[slice] ?? []).map { Int($0) == structure + 1 }
                let found = truth.indices.map { index in
                    let (column, row) = (index % series.volume.columns, index / series.volume.columns)
                    let isInside = Int(box.x0)..<Int(box.x1) ~= column && Int(box.y0)..<Int(box.y1) ~= row
                    return isInside && bytes[slice][index] > 127
                }
                let both = zip(truth, found).filter { $0 && $1 }.count
                return Double(2 * both) / Double(truth.filter { $0 }.count + found.filter { $0 }.count)
            }
            #expect(segment.slices == scores.count)
            #expect(abs(segment.diceTight - scores.reduce(0, +) / Double(scores.count)) < 1e-12)
            #expect(segment.diceTight > 0.5)
        }
        #expect(evaluation.segments.map(\.label) == ["Liver", "Spleen"])
        #expect(evaluation.tightBoxes.count == series.boxes.reduce(0) { $0 + $1.count })
    }

    @Test("a result without a SEG scores zero and is no error")
    func whenNothingWasFound_thenTheScoreIsZero() throws {
        let evaluation = try evaluate(try AnnotatedSeries("odd23x38"), ThresholdNetwork(threshold: 255))
        #expect(evaluation.meanDiceAuto == 0 && evaluation.meanDiceTight == 0)
        #expect(evaluation.segments.allSatisfy { $0.falseSlices == 0 && $0.volumeML == 0 && $0.boxInner == nil })
    }

    @Test("a SEG that is not the one of its receipt is refused")
    func whenTheSEGWasChanged_thenItIsNotEvaluated() throws {
        #expect(throws: AnnotationError.self) {
            try evaluate(try AnnotatedSeries("odd23x38"), ThresholdNetwork()) { folder in
                let path = folder.appending(AnnotationResult.FileName.segmentation)
                let bytes = try ReadOnlyFile(path, subject: "SEG").readAll()
                try AtomicFile.write(bytes + [0, 0], to: path)
            }
        }
    }

    @Test("results of another series are refused")
    func whenTheReceiptIsOfAnotherSeries_thenItIsNotEvaluated() throws {
        let other = try AnnotatedSeries("plain")
        #expect(throws: AnnotationError.self) {
            try evaluate(try AnnotatedSeries("odd23x38"), ThresholdNetwork(), as: other)
        }
    }

    /// Annotates a series with boxes by hand and evaluates the results with the phantom as reference.
    private func evaluate(
        _ series: AnnotatedSeries,
        _ network: ThresholdNetwork,
        as other: AnnotatedSeries? = nil,
        spoiling: (RawPath) throws -> Void = { _ in }
    ) throws -> SeriesEvaluation {
        try withTemporaryFolder { folder in
            let output = RawPath(folder.path)
            let request = series.request(try series.prompts(), network: network)
            guard case .annotated(let result) = try AnnotationPipeline(output: output).run(request) else {
                throw AnnotationError.output("not annotated")
            }
            try spoiling(output.appending(result.folder))
            let set = try ProfileSet.load(RawPath(SharedFiles.repository.appending(path: "profiles").path))
            let target = other ?? series
            let evaluator = try SeriesEvaluator(
                series: target.series,
                profile: try #require(set.profile(id: "ct-abdomen")),
                numbers: ["liver": 1, "spleen": 2],
                reference: try reference(target)
            )
            return try evaluator.evaluate(output.appending(result.folder), model: AnnotatedSeries.model(network))
        }
    }

    private func reference(_ series: AnnotatedSeries) throws -> LabelVolume {
        let volume = series.volume
        let empty = [UInt8](repeating: 0, count: volume.rows * volume.columns)
        return LabelVolume(
            size: GridSize(x: volume.columns, y: volume.rows, z: volume.count),
            affine: try #require(volume.affine),
            values: (0..<volume.count).flatMap { (series.labels[$0] ?? empty).map(UInt16.init) }
        )
    }
}
