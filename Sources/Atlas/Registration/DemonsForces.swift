import Geometry

/// One step of demons: where each voxel of a target wants to move.
struct DemonsForces {
    private let fixed: [[Float]]
    private let warp: ChannelWarp
    private let grid: CanonicalGrid
    private let fixedGradients: [Gradient]
    /// Target patient → fractional voxel index in `moving`.
    private let toMovingIndex: Affine3D

    init(fixed: [[Float]], moving: MatchingChannels, grid: CanonicalGrid, affine: Affine3D) {
        self.fixed = fixed
        warp = ChannelWarp(moving: moving, grid: grid)
        self.grid = grid
        fixedGradients = fixed.map { Gradient($0, grid: grid) }
        toMovingIndex = invertible(moving.grid.affine).after(affine)
    }

    /// The next displacement to add, in millimetres, no longer than ``DemonsRegistration/longestStep`` voxels.
    func step(_ field: DisplacementField) -> DisplacementField {
        let warped = warp.channels { voxel, point in
            toMovingIndex(point + Vector3(Double(field.x[voxel]), Double(field.y[voxel]), Double(field.z[voxel])))
        }
        let gradients = warped.map { Gradient($0, grid: grid) }
        let edge = Float(min(grid.spacing.x, grid.spacing.y, grid.spacing.z))
        let longest = DemonsRegistration.longestStep * edge
        var sums = ForceSums(count: grid.size.count)
        for channel in fixed.indices {
            sums.add(
                fixed: fixed[channel],
                warped: warped[channel],
                fixedGradient: fixedGradients[channel],
                warpedGradient: gradients[channel],
                stiffness: 1 / (edge * edge)
            )
        }
        return sums.displacement(on: grid, longest: longest)
    }
}

/// The sums over channels that a demons step is made of.
private struct ForceSums {
    /// For each voxel Σ d·g along x, y, z, and Σ |g|² + d²⁄k².
    private var values: [Float]

    init(count: Int) {
        values = [Float](repeating: 0, count: 4 * count)
    }

    mutating func add(
        fixed: [Float],
        warped: [Float],
        fixedGradient: Gradient,
        warpedGradient: Gradient,
        stiffness: Float
    ) {
        values.withUnsafeMutableBufferPointer { sums in
            for voxel in fixed.indices {
                let difference = fixed[voxel] - warped[voxel]
                let x = 0.5 * (fixedGradient.values[3 * voxel] + warpedGradient.values[3 * voxel])
                let y = 0.5 * (fixedGradient.values[3 * voxel + 1] + warpedGradient.values[3 * voxel + 1])
                let z = 0.5 * (fixedGradient.values[3 * voxel + 2] + warpedGradient.values[3 * voxel + 2])
                sums[4 * voxel] += difference * x
                sums[4 * voxel + 1] += difference * y
                sums[4 * voxel + 2] += difference * z
                sums[4 * voxel + 3] += x * x + y * y + z * z + difference * difference * stiffness
            }
        }
    }

    func displacement(on grid: CanonicalGrid, longest: Float) -> DisplacementField {
        var step = DisplacementField(zeroOn: grid)
        for voxel in 0..<grid.size.count {
            let norm = values[4 * voxel + 3]
            // NaN marks a voxel at or beyond the atlas's end.
            guard norm.isFinite, norm > 1e-9 else { continue }
            let x = values[4 * voxel] / norm
            let y = values[4 * voxel + 1] / norm
            let z = values[4 * voxel + 2] / norm
            let length = (x * x + y * y + z * z).squareRoot()
            let scale = length > longest ? longest / length : 1
            step.x[voxel] = x * scale
            step.y[voxel] = y * scale
            step.z[voxel] = z * scale
        }
        return step
    }
}
