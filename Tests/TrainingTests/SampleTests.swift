import DurableFiles
import Foundation
import SegmentAnything
import Tensors
import TestSupport
import Testing

@testable import Training

@Suite("Slices to learn from")
struct SampleTests {
    // MARK: - Random numbers

    @Test func whenPlacesDiffer_thenStreamsDo() {
        func first(_ seed: UInt64, _ step: Int, _ item: Int, _ purpose: CounterRandom.Purpose) -> UInt64 {
            var random = CounterRandom(seed: seed, step: step, item: item, purpose: purpose)
            return random.next()
        }
        var seen: Set<UInt64> = []
        for seed in 0..<4 as Range<UInt64> {
            for step in 0..<10 {
                for item in 0..<10 {
                    seen.insert(first(seed, step, item, .box))
                    seen.insert(first(seed, step, item, .points))
                }
            }
        }
        #expect(seen.count == 800)
        #expect(first(1, 2, 3, .box) == first(1, 2, 3, .box))
    }

    @Test func whenNumbersAreDrawn_thenTheyAreEvenlySpread() {
        var random = CounterRandom(seed: 1, step: 0, item: 0, purpose: .sampling)
        var counts = [Int](repeating: 0, count: 7)
        var sum = 0.0
        for _ in 0..<7_000 {
            counts[random.index(below: 7)] += 1
            sum += random.unit()
        }
        #expect(counts.allSatisfy { (850...1_150).contains($0) })
        #expect(abs(sum / 7_000 - 0.5) < 0.02)
    }

    // MARK: - Sampling

    private static func entry(
        _ caseID: String,
        _ slice: Int,
        _ segments: [String],
        _ origin: SampleOrigin = .corrected,
        weights: [String: Double] = [:]
    ) -> SampleEntry {
        SampleEntry(
            caseID: caseID,
            patientKey: caseID,
            sliceID: "\(slice)",
            segments: segments,
            origin: origin,
            segmentWeights: weights
        )
    }

    private static func counts(
        _ entries: [SampleEntry],
        _ settings: SamplingSettings = SamplingSettings(),
        by key: (StratifiedSampler.Drawn) -> String
    ) throws -> [String: Int] {
        let sampler = try StratifiedSampler(entries, settings: settings)
        var counts: [String: Int] = [:]
        for step in 0..<3_000 {
            var random = CounterRandom(seed: 1, step: step, item: 0, purpose: .sampling)
            let drawn = sampler.draw(&random)
            #expect(entries[drawn.entry].segments.contains(drawn.segment))
            counts[key(drawn), default: 0] += 1
        }
        return counts
    }

    @Test func whenASegmentIsRare_thenItComesAsOftenAsACommonOne() throws {
        let entries = (0..<50).map { Self.entry("a", $0, $0 == 7 ? ["common", "rare"] : ["common"]) }
        let counts = try Self.counts(entries) { $0.segment }
        #expect((1_350...1_650).contains(counts["rare"] ?? 0))
        let weighted = try Self.counts(entries, SamplingSettings(segmentWeights: ["rare": 3])) { $0.segment }
        #expect((2_100...2_400).contains(weighted["rare"] ?? 0))
    }

    @Test func whenACaseIsLong_thenItDoesNotCrowdOutAShortOne() throws {
        let entries = (0..<90).map { Self.entry("long", $0, ["x"]) } + [Self.entry("short", 0, ["x"])]
        let counts = try Self.counts(entries) { entries[$0.entry].caseID }
        #expect((1_350...1_650).contains(counts["short"] ?? 0))
    }

    @Test func whenACaseWasAcceptedUnchanged_thenItCountsLess() throws {
        let entries = [
            Self.entry("a", 0, ["x"]), Self.entry("b", 0, ["x"], .acceptedUnchanged),
            Self.entry("c", 0, ["x"], .replay),
        ]
        let settings = SamplingSettings(corrected: 1, acceptedUnchanged: 0.25, replay: 0)
        let counts = try Self.counts(entries, settings) { entries[$0.entry].caseID }
        #expect((500...700).contains(counts["b"] ?? 0))
        #expect(counts["c"] == nil)
        #expect(throws: TrainingError.self) {
            try StratifiedSampler(entries, settings: SamplingSettings(corrected: 0, acceptedUnchanged: 0, replay: 0))
        }
    }

    @Test func whenPeopleDrewASegment_thenItComesMoreOftenThanWhatTheyLetStand() throws {
        let entries = [
            Self.entry("a", 0, ["drawn", "left", "mixed"], weights: ["left": 0.25, "mixed": 0.25]),
            Self.entry("b", 0, ["mixed"]), Self.entry("c", 0, ["accepted"], .acceptedUnchanged),
        ]
        // 1 + 1/4 + 1 + 1/4.
        let segments = try Self.counts(entries) { $0.segment }
        #expect((1_100...1_300).contains(segments["drawn"] ?? 0))
        #expect((250...350).contains(segments["left"] ?? 0))
        #expect((1_100...1_300).contains(segments["mixed"] ?? 0))
        #expect((250...350).contains(segments["accepted"] ?? 0))
        // Of a segment that was drawn in one case and let stand in another, the drawn one comes four times as often.
        let cases = try Self.counts(entries) { $0.segment == "mixed" ? entries[$0.entry].caseID : "" }
        #expect((180...300).contains(cases["a"] ?? 0))
    }

    // MARK: - Augmentation

    private static func sample(_ rows: Int, _ columns: Int, inside: (Int, Int) -> Bool) -> TrainingSample {
        let mask = (0..<rows * columns).map { inside($0 % columns, $0 / columns) }
        return TrainingSample(
            image: SliceImage(rows: rows, columns: columns, pixels: mask.map { $0 ? 200 : 10 }),
            structures: [TrainingSample.Structure(segment: "x", mask: mask)]
        )
    }

    private static func centre(_ mask: [Bool], columns: Int) -> (x: Double, y: Double, area: Int) {
        let inside = mask.indices.filter { mask[$0] }
        let count = Double(inside.count)
        return (
            inside.reduce(0) { $0 + Double($1 % columns) } / count,
            inside.reduce(0) { $0 + Double($1 / columns) } / count, inside.count
        )
    }

    @Test func whenASliceIsTurned_thenMaskAndImageStayTogether() {
        let sample = Self.sample(101, 121) { x, y in abs(x - 90) < 10 && abs(y - 50) < 6 }
        let change = Augmentation.Change(rotation: 90, scale: 1)
        let turned = change.applied(to: sample, sourceShiftsWindow: false)
        // Counter-clockwise by a quarter: what was right of the centre is above it.
        let centre = Self.centre(turned.structures[0].mask, columns: 121)
        #expect(abs(centre.x - 60) < 0.01 && abs(centre.y - 20) < 0.01)
        for (pixel, isInside) in zip(turned.image.pixels, turned.structures[0].mask) {
            #expect((pixel > 105) == isInside)
        }
    }

    @Test func whenASliceIsScaled_thenAreasGrowAndMasksStayHard() {
        let sample = Self.sample(80, 80) { x, y in abs(x - 40) < 15 && abs(y - 36) < 10 }
        let change = Augmentation.Change(rotation: 5, scale: 1.2)
        let scaled = change.applied(to: sample, sourceShiftsWindow: false)
        let (before, after) = (
            Self.centre(sample.structures[0].mask, columns: 80), Self.centre(scaled.structures[0].mask, columns: 80)
        )
        #expect(abs(Double(after.area) / Double(before.area) - 1.44) < 0.05)
        #expect(scaled.image.pixels.min() == 10)
    }

    @Test func whenNothingChanges_thenTheSampleIsTheSame() {
        let sample = Self.sample(30, 40) { x, y in x > y }
        let same = Augmentation.Change.none.applied(to: sample, sourceShiftsWindow: false)
        #expect(same.image.pixels == sample.image.pixels)
        #expect(same.structures[0].mask == sample.structures[0].mask)
        var random = CounterRandom(seed: 1, step: 0, item: 0, purpose: .augmentation)
        let drawn = Augmentation.none.draw(&random)
        #expect(drawn == .none)
    }

    @Test func whenChangesAreDrawn_thenTheyStayWithinTheirRanges() {
        let augmentation = Augmentation(
            rotation: 7,
            smallestScale: 0.7,
            largestScale: 1.1,
            windowCentre: 0.05,
            windowWidth: 0.2,
            wideWindowShare: 0.3,
            wideWindow: 2
        )
        var turns: [Double] = []
        var wide = 0
        for item in 0..<500 {
            var random = CounterRandom(seed: 1, step: 0, item: item, purpose: .augmentation)
            let change = augmentation.draw(&random)
            turns.append(change.rotation)
            #expect(abs(change.rotation) <= 7 && (0.7...1.1).contains(change.scale))
            let isWide = change.window.width > 1.3
            wide += isWide ? 1 : 0
            #expect(abs(change.window.centre) <= 0.05)
            #expect(abs(change.window.width / (isWide ? 2 : 1) - 1) <= 0.2)
        }
        #expect(turns.contains { $0 > 6 } && turns.contains { $0 < -6 })
        #expect((100...200).contains(wide))
    }

    @Test func whenTheWindowMoves_thenBytesDoUnlessTheSourceMovedIt() {
        let image = SliceImage(rows: 1, columns: 3, pixels: [0, 128, 255])
        let sample = TrainingSample(image: image, structures: [])
        let change = Augmentation.Change(window: WindowShift(centre: 0.1, width: 0.5))
        let moved = change.applied(to: sample, sourceShiftsWindow: false)
        // 255 · ((128/255 − ½ − 0.1) / ½ + ½) = 77.5
        #expect(moved.image.pixels == [0, 78, 255])
        #expect(change.applied(to: sample, sourceShiftsWindow: true).image.pixels == image.pixels)
    }

    // MARK: - Kept outputs of frozen layers

    @Test func whenAnOutputIsKept_thenTheSameComesBackAlsoTheFirstTime() throws {
        try withTemporaryFolder { folder in
            let path = RawPath(folder.path).appending("kept")
            let tensor = GradientCheck.noise([17, 9], seed: 4)
            let key = SHA256Digest(of: [1])
            let cache = try FrozenPartCache(folder: path, precision: .float16, memoryLimit: 0)
            let first = try cache.value(key) { tensor }
            #expect(first.shape == [17, 9])
            #expect(zip(first.values, tensor.values).allSatisfy { abs($0 - $1) <= abs($1) / 2_048 })
            #expect(first.values != tensor.values)
            let again = try FrozenPartCache(folder: path, precision: .float16, memoryLimit: 1 << 20)
            struct Asked: Error {}
            for _ in 0..<2 {
                let value = try again.value(key) { throw Asked() }
                #expect(value.values == first.values)
            }
            #expect(again.computed == 0 && cache.computed == 1)
        }
    }

    @Test func whenAKeptFileIsDamaged_thenItIsMadeAnew() throws {
        try withTemporaryFolder { folder in
            let key = SHA256Digest(of: [2])
            let file = folder.appending(path: key.hex)
            let tensor = GradientCheck.noise([5], seed: 4)
            for damage in 0..<3 {
                let cache = try FrozenPartCache(folder: RawPath(folder.path), precision: .float32, memoryLimit: 0)
                let value = try cache.value(key) { tensor }
                #expect(value.values == tensor.values)
                #expect(cache.computed == 1)
                var bytes = try Data(contentsOf: file)
                switch damage {
                case 0: bytes[bytes.count - 3] ^= 4
                case 1: bytes.removeLast()
                default: bytes = Data([1, 2, 3])
                }
                try bytes.write(to: file)
            }
        }
    }

    @Test func whenAValueDoesNotFitHalf_thenItIsKeptInFull() {
        let large = Tensor([1, 70_000.5], shape: [2])
        #expect(FrozenPartFile.tensor(FrozenPartFile(large, precision: .float16).bytes)?.values == large.values)
        let scalar = Tensor([2.5], shape: [])
        #expect(FrozenPartFile.tensor(FrozenPartFile(scalar, precision: .float16).bytes)?.values == [2.5])
        #expect(FrozenPartFile.tensor(FrozenPartFile(scalar, precision: .float16).bytes)?.shape == [])
    }

    @Test func whenASeriesIsLong_thenSlicesAreTakenEvenly_andRareSegmentsKeepTheirs() {
        let segments = (0..<300).map { $0 < 10 ? [] : ["liver"] + ((100..<104).contains($0) ? ["gallbladder"] : []) }
        let chosen = SliceThinning(slices: 50, slicesPerSegment: 8).chosen(among: Array(0..<300), segments: segments)
        #expect(chosen == chosen.sorted())
        #expect((50...54).contains(chosen.count))
        #expect(chosen.allSatisfy { $0 >= 10 })
        #expect(Set(100..<104).isSubset(of: chosen))
        #expect(zip(chosen, chosen.dropFirst()).allSatisfy { $1 - $0 <= 6 })
        let short = SliceThinning().chosen(among: [3, 1, 2], segments: segments.map { _ in ["liver"] })
        #expect(short == [1, 2, 3])
    }
}
