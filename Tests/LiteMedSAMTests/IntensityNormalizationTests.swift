import LiteMedSAM
import SegmentAnything
import Tensors
import Testing

@Suite("Intensities to bytes")
struct IntensityNormalizationTests {
    @Test("gives the published bytes of a CT slice that spans the window")
    func whenHounsfieldUnitsAreWindowed_thenTheBytesAreThePublishedOnes() throws {
        let golden = try Golden("ct")
        let hounsfield = try golden.tensor("hu_i16").values
        let bytes = try IntensityNormalization.abdominalCT.bytes(of: hounsfield)
        #expect(bytes == (try golden.bytes("image_u8")))
    }

    @Test("takes percentiles of what is above zero and leaves zeros alone")
    func whenPercentilesAreWanted_thenTheyAreThoseOfASortedVolume() throws {
        var generator = SplitMix(seed: 7)
        let volume = (0..<5_001).map { index -> Float in
            index % 3 == 0 ? 0 : (generator.float() + 1.1) * 900
        }
        let sorted = volume.filter { $0 > 0 }.sorted().map(Double.init)
        func percentile(_ q: Double) -> Double {
            let position = q / 100 * Double(sorted.count - 1)
            let below = Int(position)
            return sorted[below] + (sorted[below + 1] - sorted[below]) * (position - Double(below))
        }
        let (low, high) = (percentile(0.5), percentile(99.5))
        let clipped = volume.map { $0 == 0 ? 0 : min(max(Double($0), low), high) }
        let (least, most) = (clipped.min() ?? 0, clipped.max() ?? 0)
        let expected = clipped.map { ($0 - least) / (most - least) * 255 }

        let bytes = try IntensityNormalization.otherModalities.bytes(of: volume)

        #expect(low > 0 && volume.contains { $0 > 0 && Double($0) < low })
        // Truncation may fall to either side where the two percentiles differ in the last bit.
        #expect(zip(bytes, expected).allSatisfy { abs(Double($0) + 0.5 - $1) <= 0.5 + 1e-9 })
    }

    @Test("finds percentiles between two ranks")
    func whenAPercentileLiesBetweenTwoVoxels_thenItIsInterpolated() throws {
        let bytes = try IntensityNormalization.percentiles(lower: 25, upper: 75).bytes(of: [4, 1, 3, 2])
        // Limits 1.75 and 3.25: 4 and 1 are clipped to them, 3 and 2 lie 1.25 and 0.25 of 1.5 above the lower one.
        #expect(bytes == [255, 0, UInt8(1.25 / 1.5 * 255), UInt8(0.25 / 1.5 * 255)])
    }

    @Test("truncates and does not round")
    func whenAValueFallsBetweenTwoBytes_thenTheLowerIsTaken() throws {
        let bytes = try IntensityNormalization.window(low: 0, high: 100).bytes(of: [-5, 0, 50, 99.9, 100, 3000])
        #expect(bytes == [0, 0, 127, 254, 255, 255])
    }

    @Test("turns a volume of one intensity black")
    func whenTheVolumeIsFlat_thenAllBytesAreZero() throws {
        #expect(try IntensityNormalization.abdominalCT.bytes(of: [40, 40, 40]) == [0, 0, 0])
        #expect(try IntensityNormalization.otherModalities.bytes(of: [9, 9]) == [0, 0])
    }

    @Test(
        "refuses what has no range",
        arguments: [
            (IntensityNormalization.window(low: 40, high: 40), [Float(1), 2]),
            (IntensityNormalization.abdominalCT, [Float.nan, 2]),
            (IntensityNormalization.otherModalities, [Float(0), -1]),
            (IntensityNormalization.percentiles(lower: 99, upper: 1), [Float(1), 2]),
        ]
    )
    func whenTheRangeCannotBeFound_thenTheVolumeIsRefused(rule: IntensityNormalization, volume: [Float]) {
        #expect(throws: ModelError.self) { try rule.bytes(of: volume) }
    }
}
