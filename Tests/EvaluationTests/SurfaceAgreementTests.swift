import DICOMSegmentation
import Evaluation
import Geometry
import Testing

@Suite("Surfaces in millimetres")
struct SurfaceAgreementTests {
    @Test("all measures are those of every pair of surface voxels, on thick, thin and uneven slices", arguments: 0..<12)
    func whenMasksAreCompared_thenTheMeasuresAreTheNaiveOnes(seed: Int) throws {
        let offsets: [Double] =
            switch seed % 4 {
            case 0: (0..<7).map { Double($0) * 5 }
            case 1: (0..<9).map { Double($0) * 0.6 }
            case 2: [0, 2.5, 5, 12.5, 15, 17.5, 20]
            default: [3]
            }
        let random = try RandomMasks(rows: 13, columns: 17, offsets: offsets, spacing: (0.9, 0.7))
        let first = random.mask(seed: UInt64(seed), share: seed % 3 == 0 ? 0.02 : 0)
        let second = random.mask(seed: UInt64(seed + 100))
        try #require(!first.isEmpty && !second.isEmpty)
        let found = try #require(SurfaceAgreement(first, second, grid: random.grid, tolerance: 1.4))
        let surfaces = (NaiveSurface(first, random), NaiveSurface(second, random))
        let ways = [surfaces.0.distances(to: surfaces.1), surfaces.1.distances(to: surfaces.0)]
        let all = ways[0] + ways[1]
        let area = all.reduce(0) { $0 + $1.area }
        let near = all.filter { $0.distance <= 1.4 + 1e-9 }.reduce(0) { $0 + $1.area }
        #expect(abs(found.surfaceDice - near / area) < 1e-12)
        let mean = all.reduce(0) { $0 + $1.distance * $1.area } / area
        #expect(abs((found.meanDistance ?? -1) - mean) < 1e-9)
        let percentiles = ways.map { way -> Double in
            let total = way.reduce(0) { $0 + $1.area }
            var sum = 0.0
            return way.first { element in
                sum += element.area
                return sum >= 0.95 * total * (1 - 1e-12)
            }?.distance ?? -1
        }
        #expect(abs((found.hausdorff95 ?? -1) - (percentiles.max() ?? 0)) < 1e-9)
    }

    @Test("two boxes a known way apart are that far apart")
    func whenABoxIsShifted_thenTheDistanceIsTheShift() throws {
        let random = try RandomMasks(rows: 20, columns: 30, offsets: (0..<6).map { Double($0) * 4 }, spacing: (2, 1))
        func box(_ columns: Range<Int>) -> SegmentMask {
            SegmentMask(
                frames: (0..<6).map { slice in
                    let pixels = (0..<600).map { index -> UInt8 in
                        columns ~= index % 30 && 5..<15 ~= index / 30 && 1..<5 ~= slice ? 1 : 0
                    }
                    return FrameMask(rows: 20, columns: 30, pixels: pixels)
                }
            )
        }
        // Sides of thick slices dominate; the far side of either box is 3 mm from the other.
        let agreement = try #require(SurfaceAgreement(box(4..<14), box(7..<17), grid: random.grid, tolerance: 2.9))
        #expect(agreement.hausdorff95 == 3)
        #expect(agreement.surfaceDice < 1)
        let wide = try #require(SurfaceAgreement(box(4..<14), box(7..<17), grid: random.grid, tolerance: 3))
        #expect(wide.surfaceDice == 1)
    }

    @Test("a mask agrees with itself, and an empty one with nothing but an empty one")
    func whenMasksAreEqualOrEmpty_thenTheConventionsHold() throws {
        let random = try RandomMasks(rows: 9, columns: 8, offsets: [0, 2, 4, 6], spacing: (1, 1))
        let mask = random.mask(seed: 4)
        let none = SegmentMask(frameCount: 4)
        let same = try #require(SurfaceAgreement(mask, mask, grid: random.grid, tolerance: 0))
        #expect(same.surfaceDice == 1 && same.hausdorff95 == 0 && same.meanDistance == 0)
        let both = try #require(SurfaceAgreement(none, none, grid: random.grid, tolerance: 1))
        #expect(both.surfaceDice == 1 && both.hausdorff95 == 0 && both.meanDistance == 0)
        for (first, second) in [(mask, none), (none, mask)] {
            let one = try #require(SurfaceAgreement(first, second, grid: random.grid, tolerance: 1))
            #expect(one.surfaceDice == 0 && one.hausdorff95 == nil && one.meanDistance == nil)
        }
    }

    @Test("the way round makes no difference")
    func whenMasksChangePlaces_thenTheMeasuresStay() throws {
        let random = try RandomMasks(rows: 15, columns: 15, offsets: [0, 3, 6, 9, 12], spacing: (0.8, 1.1))
        let (first, second) = (random.mask(seed: 1), random.mask(seed: 2))
        let there = try #require(SurfaceAgreement(first, second, grid: random.grid, tolerance: 1))
        let back = try #require(SurfaceAgreement(second, first, grid: random.grid, tolerance: 1))
        #expect(abs(there.surfaceDice - back.surfaceDice) < 1e-12 && there.hausdorff95 == back.hausdorff95)
        #expect(abs((there.meanDistance ?? 0) - (back.meanDistance ?? 1)) < 1e-12)
    }

    @Test("a tilted gantry makes no grid at right angles, and no distance is given")
    func whenPlanesAreShifted_thenThereIsNoDistance() throws {
        let tilted = try RandomMasks(
            rows: 9,
            columns: 9,
            offsets: [0, 2, 4, 6],
            spacing: (1, 1),
            shift: Vector3(0.24, 0.18, 0)
        )
        #expect(!tilted.grid.isOrthogonal)
        let mask = tilted.mask(seed: 3)
        #expect(SurfaceAgreement(mask, mask, grid: tilted.grid, tolerance: 1) == nil)
        #expect(tilted.grid.millilitres(mask) > 0)
    }

    @Test("volumes count each slice for half the way to its neighbours")
    func whenSlicesAreUneven_thenVolumesFollow() throws {
        let random = try RandomMasks(rows: 2, columns: 2, offsets: [0, 2, 8], spacing: (0.5, 3))
        let full = SegmentMask(
            frames: (0..<3).map { _ in FrameMask(rows: 2, columns: 2, pixels: [1, 1, 1, 1]) }
        )
        #expect(abs(random.grid.millilitres(full) - 4 * 1.5 * (2 + 4 + 6) / 1_000) < 1e-12)
    }

    @Test("overlaps are counted pixel by pixel on every slice that has any")
    func whenMasksOverlap_thenCountsAreThoseOfPixels() throws {
        let random = try RandomMasks(rows: 7, columns: 9, offsets: (0..<8).map(Double.init), spacing: (1, 1))
        let (mask, truth) = (random.mask(seed: 11, share: 0.05), random.mask(seed: 12))
        let overlaps = SliceOverlapNaive.between(mask, truth)
        #expect(SliceOverlapNaive.found(mask, truth) == overlaps)
        #expect(!overlaps.isEmpty)
    }
}
