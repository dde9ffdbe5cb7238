import Geometry

/// How alike a target and an atlas are after registration: the correlation of what was matched, inside the trunk.
struct AlignmentSimilarity {
    /// Voxel edge in millimetres.
    static let edge = 6.0

    let target: CanonicalVolume
    let targetBody: BodyMask
    let atlas: Atlas
    let features: LevelFeatures
    /// The part of the atlas that is compared; `nil` for its trunk.
    var atlasBody: BodyMask?

    /// The mean correlation of the channels but the trunk's own, over the voxels of the target's trunk that the atlas
    /// covers; a channel that is the same everywhere does not count. 0 where nothing is shared.
    func value(_ map: SpatialMap) -> Double {
        let values = correlations(map)
        return values.isEmpty ? 0 : values.reduce(0, +) / Double(values.count)
    }

    /// One for each channel that varies.
    func correlations(_ map: SpatialMap) -> [Double] {
        let grid = target.grid.resampled(to: Self.edge)
        let sigma = Self.edge / 2
        let fixed = MatchingChannels(target, body: targetBody, features: features, sigma: sigma).sampled(on: grid)
        let moving = MatchingChannels(atlas.canonical, body: atlasBody ?? atlas.body, features: features, sigma: sigma)
        let toIndex = invertible(moving.grid.affine)
        let warped = ChannelWarp(moving: moving, grid: grid).channels { toIndex(map($0)) }
        guard let trunk = fixed.last else { return [] }
        return zip(fixed, warped).dropLast().compactMap { fixed, warped in
            Self.correlation(fixed, warped, inside: trunk)
        }
    }

    private static func correlation(_ first: [Float], _ second: [Float], inside trunk: [Float]) -> Double? {
        var (count, sumA, sumB, sumAA, sumBB, sumAB) = (0.0, 0.0, 0.0, 0.0, 0.0, 0.0)
        for index in first.indices where trunk[index] > 0.5 && second[index].isFinite {
            let (a, b) = (Double(first[index]), Double(second[index]))
            count += 1
            sumA += a
            sumB += b
            sumAA += a * a
            sumBB += b * b
            sumAB += a * b
        }
        guard count > 1 else { return nil }
        let (varianceA, varianceB) = (sumAA - sumA * sumA / count, sumBB - sumB * sumB / count)
        guard varianceA > 1e-6 * count, varianceB > 1e-6 * count else { return nil }
        return (sumAB - sumA * sumB / count) / (varianceA * varianceB).squareRoot()
    }
}
