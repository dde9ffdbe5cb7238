import DICOMFiles
import DICOMSegmentation
import DurableFiles
import Foundation
import Profiles
import SegmentAnything
import TestSupport
import Testing

@testable import Pipeline

@Suite("A mask of which the network thinks little")
struct SegmentResultTests {
    private static let segment = {
        var segment = PromptPlan.Segment(
            label: "Liver",
            category: CodedConcept(value: "123037004", scheme: "SCT", meaning: "Anatomical Structure"),
            type: CodedConcept(value: "10200004", scheme: "SCT", meaning: "Liver"),
            modifiers: [],
            colour: DisplayColour(red: 1, green: 2, blue: 3),
            trackingID: "test/liver",
            atlasLabel: "liver",
            isAutomatic: true,
            minimumPredictedIoU: 0.8,
            keepsLargestComponent: false,
            fillsHoles: false,
            expectedVolume: nil,
            intensity: .window(low: -160, high: 240)
        )
        segment.confidence = ConfidenceRule()
        return segment
    }()

    /// Slices of which the network says 0.9 and 0.5; the prior lies elsewhere, or there is none.
    private static func result(hasPrior: Bool, withholds: Bool) throws -> [Int] {
        try withTemporaryFolder { folder in
            let source = try SyntheticSeries(2, in: folder)
            let edge = source.edge
            func mask(_ columns: Range<Int>) -> FrameMask {
                FrameMask(
                    rows: edge,
                    columns: edge,
                    pixels: (0..<edge * edge).map { columns.contains($0 % edge) ? 1 : 0 }
                )
            }
            let answers = [Float(0.9), 0.5].enumerated().map { slice, predictedIoU in
                SliceSegmenter.Answer(
                    slice: slice,
                    segment: 0,
                    prompt: Prompt(box: .init(x0: 1, y0: 1, x1: 20, y1: 20)),
                    predictedIoU: predictedIoU,
                    mask: mask(2..<8)
                )
            }
            let result = SegmentResult(
                segment: segment,
                answers: answers,
                prior: hasPrior ? SegmentMask(frames: [mask(8..<14), mask(8..<14)]) : nil,
                withholds: withholds,
                stack: source.volume.stack,
                scratch: MaskScratch(in: RawPath(folder.path))
            )
            return result.mask.frames.indices.filter { result.mask[$0]?.pixelCount ?? 0 > 0 }
        }
    }

    @Test("is left out in production and stays for the judge of a model", arguments: [false, true])
    func judgesSeeEveryMask(hasPrior: Bool) throws {
        #expect(try Self.result(hasPrior: hasPrior, withholds: true) == (hasPrior ? [] : [0]))
        #expect(try Self.result(hasPrior: hasPrior, withholds: false) == [0, 1])
    }
}
