import DICOMFiles
import DICOMSegmentation
import DurableFiles
import Foundation
import Geometry
import Profiles
import SegmentAnything
import TestSupport
import Testing

@testable import Pipeline

@Suite("What a profile expects of a mask")
struct ExpectedRangesTests {
    private static func segment(
        mean: ProfileSegment.ValueRange? = nil,
        volume: ProfileSegment.ValueRange? = nil,
        withholds: Bool = false,
        review: ProfileSegment.ReviewRule? = nil
    ) -> PromptPlan.Segment {
        var segment = PromptPlan.Segment(
            label: "Liver",
            category: CodedConcept(value: "123037004", scheme: "SCT", meaning: "Anatomical Structure"),
            type: CodedConcept(value: "10200004", scheme: "SCT", meaning: "Liver"),
            modifiers: [],
            colour: DisplayColour(red: 1, green: 2, blue: 3),
            trackingID: "test/liver",
            atlasLabel: "liver",
            isAutomatic: true,
            minimumPredictedIoU: 0,
            keepsLargestComponent: false,
            fillsHoles: false,
            expectedVolume: volume,
            intensity: .window(low: -160, high: 240)
        )
        segment.expectedMean = mean
        segment.isWithheldOutOfRange = withholds
        segment.review = review
        return segment
    }

    /// The result of a segment whose mask is the bright disc of each slice but the first, held against its expectations.
    private static func result(_ segment: PromptPlan.Segment, withholds: Bool = true) throws -> SegmentResult {
        try withTemporaryFolder { folder in
            let source = try SyntheticSeries(4, in: folder)
            let edge = source.edge
            let scratch = MaskScratch(in: RawPath(folder.path))
            let answers = (1..<4).map { slice in
                SliceSegmenter.Answer(
                    slice: slice,
                    segment: 0,
                    prompt: Prompt(box: .init(x0: 1, y0: 1, x1: 20, y1: 20)),
                    predictedIoU: 0.9,
                    mask: FrameMask(
                        rows: edge,
                        columns: edge,
                        pixels: (0..<edge * edge).map {
                            SyntheticSeries.isInside(slice, row: $0 / edge, column: $0 % edge, edge: edge) ? 1 : 0
                        }
                    )
                )
            }
            var results = [
                SegmentResult(segment: segment, answers: answers, stack: source.volume.stack, scratch: scratch)
            ]
            try ExpectedRanges(volume: source.volume).apply(to: &results, withholds: withholds)
            return results[0]
        }
    }

    /// The mean of the disc, as the files have it.
    private static func brightness() throws -> Double {
        let mean = try result(segment(mean: .init(minimum: nil, maximum: 1e6))).meanValue
        return try #require(mean)
    }

    @Test("The mean is that of the modality values in the mask, and is reported where it is not expected")
    func whenTheMeanIsNotExpected_thenItIsReported() throws {
        let mean = try Self.brightness()
        // The disc of every slice; the ground is −500.
        #expect(mean == 200)
        let fine = try Self.result(Self.segment(mean: .init(minimum: mean, maximum: mean)))
        #expect(fine.meanWarning == nil && !fine.mask.isEmpty)
        let dark = try Self.result(Self.segment(mean: .init(minimum: mean + 1, maximum: nil)))
        #expect(dark.meanWarning?.hasPrefix("MEAN Liver has") == true)
        #expect(!dark.mask.isEmpty && !dark.isWithheld)
        #expect(try Self.result(Self.segment()).meanValue == nil)
    }

    @Test("Where the profile says so, a segment out of its mean or volume is not written, and its boxes are proposed")
    func whenTheProfileWithholds_thenTheMaskIsLeftOut() throws {
        let mean = try Self.brightness()
        for segment in [
            Self.segment(mean: .init(minimum: nil, maximum: mean - 1), withholds: true),
            Self.segment(volume: .init(minimum: nil, maximum: 0.001), withholds: true),
        ] {
            let result = try Self.result(segment)
            #expect(result.mask.isEmpty && result.isWithheld)
            #expect(result.reasonForNothing.hasPrefix("not what the profile expects"))
            // Whoever judges a model sees what it draws.
            #expect(try !Self.result(segment, withholds: false).mask.isEmpty)
        }
        let within = Self.segment(mean: .init(minimum: mean, maximum: nil), withholds: true)
        #expect(try !Self.result(within).isWithheld)
    }

    @Test("A person is asked to look where the profile wants it")
    func whenReviewIsRequired_thenItIsSaid() throws {
        let always = Self.segment(review: .init(isRequired: true, minimumConfidence: 0))
        #expect(try Self.result(always).reviewWarning == "REVIEW Liver has to be looked at in every result")
        let never = Self.segment(review: .init(isRequired: false, minimumConfidence: 0))
        #expect(try Self.result(never).reviewWarning == nil)
    }
}
