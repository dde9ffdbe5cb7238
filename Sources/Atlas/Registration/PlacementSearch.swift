import Geometry

/// Chooses among placements along the body by comparing volumes, not thumbnails: a thumbnail's correlation is broad, and
/// across modalities it separates little.
///
/// Around each candidate, shifts and scales along z are tried on a coarse grid; what costs least goes on.
struct PlacementSearch {
    /// Voxel edge in millimetres.
    static let edge = 12.0
    /// Shifts along z around a candidate, in millimetres.
    static let shifts = stride(from: -30.0, through: 30.0, by: 6).map { $0 }
    /// Scales along z relative to the candidate's.
    static let scales = [0.9, 1.0, 1.1]
    /// A placement covers at least this share of what the best covers.
    static let neededShare = 0.6

    let target: CanonicalVolume
    let targetBody: BodyMask
    let atlas: Atlas
    let features: LevelFeatures

    /// One placement and its mean cost over the voxels that both cover.
    struct Placement {
        /// The candidate that it started from.
        let candidate: Int
        let affine: Affine3D
        let cost: Double
        let overlap: Double
    }

    /// The cheapest placements, best first; those that cover much less than the others are left out.
    func placements(_ starts: [Affine3D]) -> [Placement] {
        let edge = Self.edge
        let grid = target.grid.resampled(to: edge)
        let fixed = MatchingChannels(target, body: targetBody, features: features, sigma: edge / 2).sampled(on: grid)
        let moving = MatchingChannels(atlas.canonical, body: atlas.body, features: features, sigma: edge / 2)
        let warp = ChannelWarp(moving: moving, grid: grid)
        let toIndex = invertible(moving.grid.affine)
        let middle = grid.origin.z + Double(grid.size.z - 1) / 2 * grid.spacing.z
        var found: [Placement] = []
        for (candidate, start) in starts.enumerated() {
            for scale in Self.scales {
                for shift in Self.shifts {
                    let affine = start.after(Self.along(scale: scale, shift: shift, about: middle))
                    let state = cost(fixed, warp, toIndex.after(affine))
                    found.append(
                        Placement(candidate: candidate, affine: affine, cost: state.cost, overlap: state.overlap)
                    )
                }
            }
        }
        let most = found.map(\.overlap).max() ?? 0
        return found.filter { $0.overlap >= Self.neededShare * most }.enumerated()
            .sorted { ($0.element.cost, $0.offset) < ($1.element.cost, $1.offset) }.map(\.element)
    }

    private static func along(scale: Double, shift: Double, about middle: Double) -> Affine3D {
        Affine3D(
            xColumn: Vector3(1, 0, 0),
            yColumn: Vector3(0, 1, 0),
            zColumn: Vector3(0, 0, scale),
            translation: Vector3(0, 0, middle - scale * middle + shift)
        )
    }

    /// Mean Huber cost per covered voxel and channel, and the number of covered voxels.
    private func cost(_ fixed: [[Float]], _ warp: ChannelWarp, _ map: Affine3D) -> (cost: Double, overlap: Double) {
        let warped = warp.channels(map)
        var sum = 0.0
        var count = 0.0
        for (fixed, warped) in zip(fixed, warped) {
            for (a, b) in zip(fixed, warped) where b.isFinite {
                let size = abs(a - b)
                sum += Double(
                    size <= AffineProblem.huber
                        ? 0.5 * size * size : AffineProblem.huber * (size - 0.5 * AffineProblem.huber)
                )
                count += 1
            }
        }
        return (sum / max(count, 1), count)
    }
}
