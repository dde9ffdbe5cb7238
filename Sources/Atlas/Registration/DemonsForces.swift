import Geometry

/// One step of demons: where each voxel of a target wants to move.
struct DemonsForces {
    private let fixed: [[Float]]
    private let moving: MatchingChannels
    private let grid: CanonicalGrid
    private let fixedGradients: [Gradient]
    /// Target patient → fractional voxel index in `moving`.
    private let toMovingIndex: Affine3D

    init(fixed: [[Float]], moving: MatchingChannels, grid: CanonicalGrid, affine: Affine3D) {
        self.fixed = fixed
        self.moving = moving
        self.grid = grid
        fixedGradients = fixed.map { Gradient($0, grid: grid) }
        toMovingIndex = invertible(moving.grid.affine).after(affine)
    }

    /// The next displacement to add, in millimetres, no longer than ``DemonsRegistration/longestStep`` voxels.
    func step(_ field: DisplacementField) -> DisplacementField {
        let warped = warp(field)
        let gradients = warped.map { Gradient($0, grid: grid) }
        let edge = Float(min(grid.spacing.x, grid.spacing.y, grid.spacing.z))
        let longest = DemonsRegistration.longestStep * edge
        let plane = grid.size.x * grid.size.y
        let interleaved: [Float] = makePlanes(grid.size.z, of: 3 * plane) { z, output in
            for offset in 0..<plane {
                let voxel = z * plane + offset
                let force = force(voxel, warped, gradients, stiffness: 1 / (edge * edge))
                let length = (force.x * force.x + force.y * force.y + force.z * force.z).squareRoot()
                let scale = length > longest ? longest / length : 1
                output[3 * offset] = force.x * scale
                output[3 * offset + 1] = force.y * scale
                output[3 * offset + 2] = force.z * scale
            }
        }
        var step = DisplacementField(zeroOn: grid)
        for voxel in 0..<grid.size.count {
            step.x[voxel] = interleaved[3 * voxel]
            step.y[voxel] = interleaved[3 * voxel + 1]
            step.z[voxel] = interleaved[3 * voxel + 2]
        }
        return step
    }

    /// The moving channels at the places that the field says; NaN beyond the atlas, where nothing pulls.
    private func warp(_ field: DisplacementField) -> [[Float]] {
        let size = moving.grid.size
        let limit = Vector3(Double(size.x) - 0.5, Double(size.y) - 0.5, Double(size.z) - 0.5)
        return moving.channels.map { channel in
            channel.withUnsafeBufferPointer { source in
                makePlanes(grid.size.z, of: grid.size.x * grid.size.y) { z, output in
                    for y in 0..<grid.size.y {
                        for x in 0..<grid.size.x {
                            let offset = y * grid.size.x + x
                            let voxel = z * grid.size.x * grid.size.y + offset
                            let moved = grid.point(x, y, z)
                                + Vector3(Double(field.x[voxel]), Double(field.y[voxel]), Double(field.z[voxel]))
                            let index = toMovingIndex(moved)
                            // In x and y the volume ends in air, which is as good as more air.
                            let isCovered = index.z >= -0.5 && index.z <= limit.z
                            output[offset] = isCovered ? trilinear(source, size, index) : .nan
                        }
                    }
                }
            }
        }
    }

    @inline(__always)
    private func force(
        _ voxel: Int,
        _ warped: [[Float]],
        _ gradients: [Gradient],
        stiffness: Float
    ) -> (x: Float, y: Float, z: Float) {
        var x: Float = 0
        var y: Float = 0
        var z: Float = 0
        var norm: Float = 0
        for channel in fixed.indices {
            let difference = fixed[channel][voxel] - warped[channel][voxel]
            let gx = 0.5 * (fixedGradients[channel].x[voxel] + gradients[channel].x[voxel])
            let gy = 0.5 * (fixedGradients[channel].y[voxel] + gradients[channel].y[voxel])
            let gz = 0.5 * (fixedGradients[channel].z[voxel] + gradients[channel].z[voxel])
            x += difference * gx
            y += difference * gy
            z += difference * gz
            norm += gx * gx + gy * gy + gz * gz + difference * difference * stiffness
        }
        // NaN marks a voxel at or beyond the atlas's end.
        guard norm.isFinite, norm > 1e-9 else { return (0, 0, 0) }
        return (x / norm, y / norm, z / norm)
    }
}
