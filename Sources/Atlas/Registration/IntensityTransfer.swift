import Geometry

/// What intensities of one volume mean in another one that lies over it: adaptive correction of intensities.
///
/// Where a target and an atlas are roughly in place, the mean intensity of one for each intensity of the other tells how
/// tissues correspond (the correlation ratio's conditional means: Roche et al., MICCAI 1998; with demons Guimond et al.,
/// IEEE Transactions on Medical Imaging 2001). Volumes of different modality can then be compared as if they had one.
struct IntensityTransfer {
    /// Voxel edge in millimetres of the grid that the means are taken on.
    static let edge = 6.0
    static let binCount = 32
    /// The means are drawn towards one another by misplaced tissue; stretching makes up for it, by this at most.
    static let mostStretch: Float = 2.5
    /// A voxel counts as trunk from this share.
    static let trunkShare: Float = 0.9

    /// The atlas's intensity for each bin of the target's.
    let curve: [Float]
    /// The share of the atlas's variance that the target's intensities explain, from 0 to 1.
    let explained: Float

    /// `nil` where there is too little in common to say.
    init?(target: CanonicalVolume, targetBody: BodyMask, atlas: CanonicalVolume, atlasBody: BodyMask, map: SpatialMap) {
        let grid = target.grid.resampled(to: Self.edge)
        let fixed = MatchingChannels(
            grid: target.grid,
            pictures: [Self.pictured(target, body: targetBody), targetBody.values.map { Float($0) }],
            sigma: Self.edge / 2
        ).sampled(on: grid)
        let moving = MatchingChannels(
            grid: atlas.grid,
            pictures: [Self.pictured(atlas, body: atlasBody), atlasBody.values.map { Float($0) }],
            sigma: Self.edge / 2
        )
        let toIndex = invertible(moving.grid.affine)
        let warped = ChannelWarp(moving: moving, grid: grid).channels { toIndex(map($0)) }
        var pairs: [(Float, Float)] = []
        for voxel in fixed[0].indices
        where fixed[1][voxel] > Self.trunkShare && warped[1][voxel] > Self.trunkShare && warped[0][voxel].isFinite {
            pairs.append((fixed[0][voxel], warped[0][voxel]))
        }
        self.init(pairs)
    }

    /// From pairs of a target's and an atlas's intensity, each from 0 to 1.
    init?(_ pairs: [(target: Float, atlas: Float)]) {
        guard pairs.count >= Self.binCount else { return nil }
        var counts = [Float](repeating: 0, count: Self.binCount)
        var sums = counts
        for pair in pairs {
            let bin = min(Int(unit(pair.target) * Float(Self.binCount)), Self.binCount - 1)
            counts[bin] += 1
            sums[bin] += pair.atlas
        }
        let mean = pairs.reduce(Float(0)) { $0 + $1.atlas } / Float(pairs.count)
        let variance = pairs.reduce(Float(0)) { $0 + ($1.atlas - mean) * ($1.atlas - mean) } / Float(pairs.count)
        let smoothCounts = GaussianBlur.blurred(
            counts,
            size: GridSize(x: Self.binCount, y: 1, z: 1),
            sigma: (1.2, 0, 0)
        )
        let smoothSums = GaussianBlur.blurred(sums, size: GridSize(x: Self.binCount, y: 1, z: 1), sigma: (1.2, 0, 0))
        // A few voxels at the mean stand in for intensities that nobody has seen.
        let raw = zip(smoothSums, smoothCounts).map { ($0 + 4 * mean) / ($1 + 4) }
        let between =
            zip(raw, counts).reduce(Float(0)) { $0 + $1.1 * ($1.0 - mean) * ($1.0 - mean) } / Float(pairs.count)
        guard variance > 1e-6, between > 1e-8 else { return nil }
        explained = min(between / variance, 1)
        let stretch = min((variance / between).squareRoot(), Self.mostStretch)
        curve = raw.map { unit(mean + stretch * ($0 - mean)) }
    }

    /// A target as the atlas would show it; 0 outside the trunk.
    func translated(_ volume: CanonicalVolume, body: BodyMask) -> [Float] {
        let last = curve.count - 1
        return zip(Self.pictured(volume, body: body), body.values).map { value, inside in
            guard inside != 0 else { return 0 }
            let place = min(max(value * Float(curve.count) - 0.5, 0), Float(last))
            let low = min(Int(place), last - 1)
            return curve[low] + (curve[low + 1] - curve[low]) * (place - Float(low))
        }
    }

    /// Target and atlas as one picture each, to be compared.
    func pictures(
        _ target: CanonicalVolume,
        _ targetBody: BodyMask,
        _ atlas: CanonicalVolume,
        _ atlasBody: BodyMask
    ) -> (target: [Float], atlas: [Float]) {
        (translated(target, body: targetBody), Self.pictured(atlas, body: atlasBody))
    }

    /// Intensities from 0 to 1, 0 outside the trunk: CT −150 to 250 HU, else the middle 98 % of the trunk.
    static func pictured(_ volume: CanonicalVolume, body: BodyMask) -> [Float] {
        let range: ClosedRange<Float>
        switch volume.modality {
        case .ct: range = -150...250
        case .mr:
            let sorted = zip(volume.values, body.values).filter { $0.1 != 0 }.map(\.0).sorted()
            let low = sorted.isEmpty ? 0 : sorted[sorted.count / 100]
            range = low...max(sorted.isEmpty ? 1 : sorted[sorted.count * 99 / 100], low + 1e-6)
        }
        let scale = 1 / (range.upperBound - range.lowerBound)
        return zip(volume.values, body.values).map { $1 == 0 ? 0 : unit(($0 - range.lowerBound) * scale) }
    }
}
