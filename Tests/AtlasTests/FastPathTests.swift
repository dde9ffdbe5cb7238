import Foundation
import Geometry
import Testing

@testable import Atlas

/// What was made fast, beside twins that are plain.
@Suite("Fast paths and their naive twins")
struct FastPathTests {
    /// Whole numbers that look random, the same in every run.
    static func noise(_ count: Int, below limit: UInt64) -> [UInt64] {
        var state: UInt64 = 0x9E37_79B9_7F4A_7C15
        return (0..<count).map { _ in
            state = state &* 6_364_136_223_846_793_005 &+ 1_442_695_040_888_963_407
            return (state >> 33) % limit
        }
    }

    @Test("Windows hold every voxel that a label has a share in, with the share that eight voxels give")
    func whenLabelsAreWarped_thenSharesAreTrilinear() {
        let size = GridSize(x: 9, y: 7, z: 6)
        let values = Self.noise(size.count, below: 4).map { UInt16($0) }
        let labels = LabelVolume(size: size, affine: .identity, values: values)
        let grid = CanonicalGrid(
            size: GridSize(x: 12, y: 11, z: 8),
            origin: Vector3(-1.3, -0.9, -0.8),
            spacing: Vector3(0.9, 0.8, 0.95)
        )
        let found = WarpedLabels(labels, map: SpatialMap(affine: .identity), grid: grid).probabilities(of: [3, 9, 1])
        #expect(found.map(\.label) == [3, 1])
        for item in found {
            for z in 0..<8 {
                for y in 0..<11 {
                    for x in 0..<12 {
                        let expected = Self.share(of: item.label, labels, at: grid.point(x, y, z))
                        let (low, high) = (item.window.first, item.window.last)
                        let isInside =
                            (low.x...high.x).contains(x) && (low.y...high.y).contains(y)
                            && (low.z...high.z).contains(z)
                        let size = item.window.size
                        let place = ((z - low.z) * size.y + y - low.y) * size.x + x - low.x
                        #expect(abs((isInside ? item.values[place] : 0) - Float(expected)) < 1e-5)
                    }
                }
            }
        }
    }

    /// The sum of the weights of the label's voxels; half a voxel beyond the volume belongs to the outer voxels.
    static func share(of label: UInt16, _ labels: LabelVolume, at point: Vector3) -> Double {
        let size = labels.size
        let axes = [(point.x, size.x), (point.y, size.y), (point.z, size.z)]
        guard axes.allSatisfy({ $0.0 > -0.5 && $0.0 < Double($0.1) - 0.5 }) else { return 0 }
        var sum = 0.0
        for z in -1...size.z {
            for y in -1...size.y {
                for x in -1...size.x {
                    let weight =
                        max(0, 1 - abs(point.x - Double(x))) * max(0, 1 - abs(point.y - Double(y)))
                        * max(0, 1 - abs(point.z - Double(z)))
                    let (i, j, k) = (min(max(x, 0), size.x - 1), min(max(y, 0), size.y - 1), min(max(z, 0), size.z - 1))
                    if labels.values[(k * size.y + j) * size.x + i] == label { sum += weight }
                }
            }
        }
        return sum
    }

    @Test("Values move from one window to another, zeros where the first does not reach")
    func whenWindowsOverlap_thenValuesAreCut() throws {
        let whole = GridSize(x: 8, y: 7, z: 6)
        let one = GridWindow(from: (1, 2, 1), to: (5, 4, 3), size: whole)
        let values = (0..<one.size.count).map { Float($0 + 1) }
        let other = one.grown(by: (3, 1, 1))
        #expect(other.first == (0, 1, 0) && other.last == (7, 5, 4))
        let moved = other.values(values, of: one)
        #expect(moved.reduce(0, +) == values.reduce(0, +))
        #expect(moved[(1 * other.size.y + 1) * other.size.x + 1] == 1)
        #expect(one.values(moved, of: other) == values)
        let support = try #require(other.support(of: moved, margin: (0, 0, 0)))
        #expect(support.first == one.first && support.last == one.last)
        #expect(other.support(of: moved.map { _ in 0 }, margin: (0, 0, 0)) == nil)
    }

    @Test("Smoothing is the product of three one-dimensional sums with borders repeated")
    func whenVolumeIsSmoothed_thenSumsAreThoseOfTheKernel() {
        let size = GridSize(x: 11, y: 6, z: 5)
        let values = Self.noise(size.count, below: 100).map { Float($0) }
        let smooth = GaussianBlur.blurred(values, size: size, sigma: (x: 1.1, y: 0.8, z: 0.7))
        func kernel(_ sigma: Double) -> [Int: Double] {
            let radius = Int((3 * sigma).rounded(.up))
            let weights = (-radius...radius).map { ($0, exp(-0.5 * Double($0 * $0) / (sigma * sigma))) }
            let sum = weights.reduce(0) { $0 + $1.1 }
            return Dictionary(uniqueKeysWithValues: weights.map { ($0.0, $0.1 / sum) })
        }
        let (kx, ky, kz) = (kernel(1.1), kernel(0.8), kernel(0.7))
        for (x, y, z) in [(0, 0, 0), (5, 3, 2), (10, 5, 4), (10, 0, 2)] {
            var expected = 0.0
            for (dx, wx) in kx {
                for (dy, wy) in ky {
                    for (dz, wz) in kz {
                        let i = min(max(x + dx, 0), size.x - 1)
                        let j = min(max(y + dy, 0), size.y - 1)
                        let k = min(max(z + dz, 0), size.z - 1)
                        expected += wx * wy * wz * Double(values[(k * size.y + j) * size.x + i])
                    }
                }
            }
            #expect(abs(Double(smooth[(z * size.y + y) * size.x + x]) - expected) < 1e-3)
        }
    }

    @Test("A warp with a field samples where point, field and map lead, and knows nothing beyond the atlas's ends")
    func whenChannelsAreWarped_thenPlacesAreTheMaps() throws {
        let target = try Phantom().target(try Planes.axial((0..<12).map { 120 + Double($0) * 3 }))
        let body = BodyMask(target.volume)
        let moving = MatchingChannels(target.volume, body: body, features: .hounsfield, sigma: 0)
        let grid = target.volume.grid.resampled(to: 9)
        var field = DisplacementField(zeroOn: grid)
        let noise = Self.noise(3 * grid.size.count, below: 1000).map { Float($0) / 100 - 5 }
        for voxel in 0..<grid.size.count {
            (field.x[voxel], field.y[voxel], field.z[voxel]) = (
                noise[3 * voxel], noise[3 * voxel + 1], noise[3 * voxel + 2]
            )
        }
        let map = invertible(moving.grid.affine)
        let fast = ChannelWarp(moving: moving, grid: grid).channels(map, moving: field)
        var known = 0
        for voxel in stride(from: 0, to: grid.size.count, by: 7) {
            let (x, y) = (voxel % grid.size.x, voxel / grid.size.x % grid.size.y)
            let point = grid.point(x, y, voxel / (grid.size.x * grid.size.y))
            let moved = Vector3(Double(field.x[voxel]), Double(field.y[voxel]), Double(field.z[voxel]))
            let index = map(point + moved)
            let isCovered = index.z >= -0.5 && index.z <= Double(moving.grid.size.z) - 0.5
            for (channel, values) in zip(moving.channels, fast) {
                let expected = channel.withUnsafeBufferPointer { trilinear($0, moving.grid.size, index) }
                #expect(isCovered ? abs(values[voxel] - expected) < 1e-4 : values[voxel].isNaN)
            }
            known += isCovered ? 1 : 0
        }
        #expect(known > 50)
    }
}
