import Checkpoints
import DurableFiles
import Foundation
import Tensors
import TestSupport
import Testing

@testable import Pipeline

@Suite("Modality values to bytes")
struct IntensityTests {
    private static let percentiles = IntensityStatistics.Rule.percentiles(low: 0.5, high: 99.5)
    private static let window = IntensityStatistics.Rule.window(low: -160, high: 240)

    @Test(
        "values that were counted give the scaling of the slices that they stand in",
        arguments: [window, percentiles]
    )
    func whenValuesAreCounted_thenTheScalingIsTheSame(rule: IntensityStatistics.Rule) {
        var random = SplitMix(seed: 5)
        let slices = (0..<4).map { _ in (0..<500).map { _ in Float(Int(random.fraction() * 900) - 300) } }
        var bySlice = IntensityStatistics(rule: rule)
        for slice in slices { bySlice.add(slice) }
        var byCount = IntensityStatistics(rule: rule)
        for (value, found) in Dictionary(grouping: slices.joined(), by: { $0 }) {
            byCount.add(value, times: found.count)
        }
        #expect(byCount.scaling() == bySlice.scaling())
    }

    @Test("gives the published bytes of a CT slice that spans the window")
    func whenHounsfieldUnitsAreWindowed_thenTheBytesAreThePublishedOnes() throws {
        let url = SharedFiles.reference("litemedsam/golden/litemedsam_ct.safetensors")
        let golden = try SafetensorsFile(RawPath(url.path))
        let bytes = Self.bytes([try golden.tensor("hu_i16").values], by: Self.window)
        #expect(bytes == [try golden.bytes("image_u8")])
    }

    @Test(
        "the plain twin agrees, whatever the values are like",
        arguments: [
            (Int64(-1_000), Int64(3_000), 1.0, 0.0), (0, 65_535, 1, 0), (0, 4_000, 0.37, -0.1), (1, 900, 1.0 / 3, 7.5),
            (-50, 50, 0.01, 0), (-900, 0, 1, 0),
        ] as [(Int64, Int64, Double, Double)]
    )
    func whenAVolumeIsScaled_thenThePlainTwinAgrees(low: Int64, high: Int64, slope: Double, intercept: Double) {
        var random = SplitMix(seed: UInt64(high - low))
        let slices = (0..<5).map { _ in
            (0..<401).map { index -> Float in
                let stored = low + Int64(random.fraction() * Double(high - low + 1))
                return index % 5 == 0 ? 0 : Float(Double(stored) * slope + intercept)
            }
        }
        #expect(Self.bytes(slices, by: Self.window) == NaiveScaling.window(-160, 240).bytes(slices))
        guard slices.joined().contains(where: { $0 > 0 }) else { return }
        let naive = NaiveScaling.percentiles(0.5, 99.5, inverted: false)
        #expect(Self.bytes(slices, by: Self.percentiles) == naive.bytes(slices))
    }

    @Test("percentiles are NumPy's, to the last bit")
    func whenAPercentileLiesBetweenTwoRanks_thenItIsInterpolatedAsNumPyDoes() {
        // numpy.percentile(numpy.array([.7, .1, 1.1, .3, .2], "f4").astype("f8"), [10, 37, 62.5, 90])
        let values: [Float] = [0.7, 0.1, 1.1, 0.3, 0.2]
        let expected = [0.14000000208616256, 0.24800000727176666, 0.5, 0.9400000095367432]
        let limits = [(10.0, 37.0), (62.5, 90.0)].flatMap { low, high -> [Double] in
            var statistics = IntensityStatistics(rule: .percentiles(low: low, high: high))
            statistics.add(values)
            let limits = statistics.scaling().limits
            return [limits.lowerBound, limits.upperBound]
        }
        #expect(limits == expected)
    }

    @Test("zeros stay 0 and are left out of the percentiles, also between values below and above")
    func whenAVoxelIsZero_thenItStaysBlack() {
        var statistics = IntensityStatistics(rule: .percentiles(low: 0, high: 100))
        statistics.add([0, 100, 0, 200, -5])
        let scaling = statistics.scaling()
        #expect(scaling.limits == 100...200)
        #expect(scaling.range == 0...200)
        #expect(scaling.bytes([0, 50, 100, 200, 900, -5]) == [0, 127, 127, 255, 255, 127])
    }

    @Test("truncates and does not round")
    func whenAValueFallsBetweenTwoBytes_thenTheLowerIsTaken() {
        let bytes = Self.bytes([[-5, 0, 50, 99.9, 100, 3_000]], by: .window(low: 0, high: 100))
        #expect(bytes == [[0, 0, 127, 254, 255, 255]])
    }

    @Test("the bytes span the volume, not the slice and not the window")
    func whenAVolumeFillsAPartOfTheWindow_thenItsBytesSpanThatPart() {
        let bytes = Self.bytes([[0, 50], [100, 50]], by: Self.window)
        #expect(bytes == [[0, 127], [255, 127]])
    }

    @Test("what has no range is black", arguments: [window, percentiles])
    func whenTheVolumeHasNoRange_thenAllBytesAreZero(rule: IntensityStatistics.Rule) {
        #expect(Self.bytes([[40, 40, 40]], by: rule) == [[0, 0, 0]])
        #expect(Self.bytes([[0, 0]], by: rule) == [[0, 0]])
        #expect(Self.bytes([[.nan, .nan]], by: rule) == [[0, 0]])
    }

    @Test("what is no number is black and changes nothing else", arguments: [window, percentiles])
    func whenAVoxelIsNoNumber_thenTheOthersKeepTheirBytes(rule: IntensityStatistics.Rule) {
        let plain = Self.bytes([[10, 20, 70, 90]], by: rule)
        let spoilt = Self.bytes([[10, .nan, 20, .infinity, 70, 90, -.infinity]], by: rule)
        #expect(spoilt == [[plain[0][0], 0, plain[0][1], 0, plain[0][2], plain[0][3], 0]])
    }

    @Test("MONOCHROME1 is inverted where percentiles are used, a window in HU never is")
    func whenASeriesIsInverted_thenOnlyPercentilesAre() {
        let slice: [Float] = [1, 2, 3, 100]
        for (rule, inverts) in [(Self.window, false), (Self.percentiles, true)] {
            var statistics = IntensityStatistics(rule: rule)
            statistics.add(slice)
            let scaling = statistics.scaling()
            let plain = scaling.bytes(slice)
            #expect(scaling.bytes(slice, inverted: true) == (inverts ? plain.map { 255 - $0 } : plain))
        }
    }

    @Test("with too many different values, memory stays bounded and percentiles stay close")
    func whenThereAreTooManyValues_thenPercentilesAreNearlyRight() {
        var random = SplitMix(seed: 3)
        let values = (0..<20_000).map { _ in Float(random.fraction() * 1_000 + 1) }
        var exact = IntensityStatistics(rule: Self.percentiles)
        var bounded = IntensityStatistics(rule: Self.percentiles, capacity: 500)
        exact.add(values)
        bounded.add(values)
        let (wanted, found) = (exact.scaling().limits, bounded.scaling().limits)
        #expect(found != wanted)
        #expect(abs(found.lowerBound - wanted.lowerBound) < 0.02 * wanted.lowerBound)
        #expect(abs(found.upperBound - wanted.upperBound) < 0.02 * wanted.upperBound)
    }

    private static func bytes(_ slices: [[Float]], by rule: IntensityStatistics.Rule) -> [[UInt8]] {
        var statistics = IntensityStatistics(rule: rule)
        for slice in slices { statistics.add(slice) }
        return slices.map { statistics.scaling().bytes($0) }
    }
}
