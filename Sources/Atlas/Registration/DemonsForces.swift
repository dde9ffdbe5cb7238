import Geometry

/// One step of demons: where each voxel of a target wants to move.
struct DemonsForces {
    /// All channels behind one another.
    private let fixed: [Float]
    /// For each channel and voxel the differences along x, y and z.
    private let fixedGradients: [Float]
    private let channelCount: Int
    private let warp: ChannelWarp
    private let grid: CanonicalGrid
    /// Target patient → fractional voxel index in `moving`.
    private let toMovingIndex: Affine3D

    init(fixed: [[Float]], moving: MatchingChannels, grid: CanonicalGrid, affine: Affine3D) {
        self.fixed = Self.joined(fixed)
        fixedGradients = Self.joined(fixed.map { Gradient($0, grid: grid).values })
        channelCount = fixed.count
        warp = ChannelWarp(moving: moving, grid: grid)
        self.grid = grid
        toMovingIndex = invertible(moving.grid.affine).after(affine)
    }

    /// The field with the next displacement added, in millimetres, which is nowhere longer than
    /// ``DemonsRegistration/longestStep`` voxels.
    func advanced(_ field: DisplacementField) -> DisplacementField {
        let warped = Self.joined(warp.channels(toMovingIndex, moving: field))
        let plane = grid.size.x * grid.size.y
        let moves: [Float] = warped.withUnsafeBufferPointer { warped in
            fixed.withUnsafeBufferPointer { fixed in
                fixedGradients.withUnsafeBufferPointer { gradients in
                    makePlanes(grid.size.z, of: 3 * plane) { z, output in
                        steps(in: z, Channels(fixed: fixed, gradients: gradients, warped: warped), output)
                    }
                }
            }
        }
        var next = field
        for (axis, path) in [\DisplacementField.x, \.y, \.z].enumerated() {
            moves.withUnsafeBufferPointer { moves in
                updatePlanes(&next[keyPath: path], of: plane) { z, values in
                    for offset in 0..<plane { values[offset] += moves[3 * (z * plane + offset) + axis] }
                }
            }
        }
        return next
    }

    /// Everything that forces are made of.
    private struct Channels {
        let fixed: UnsafeBufferPointer<Float>
        let gradients: UnsafeBufferPointer<Float>
        let warped: UnsafeBufferPointer<Float>
    }

    /// The steps of one plane: three numbers for each voxel.
    private func steps(in z: Int, _ channels: Channels, _ output: UnsafeMutableBufferPointer<Float>) {
        let size = grid.size
        let plane = size.x * size.y
        let edge = Float(min(grid.spacing.x, grid.spacing.y, grid.spacing.z))
        let longest = DemonsRegistration.longestStep * edge
        let stiffness = 1 / (edge * edge)
        let zs = Neighbours(z, size.z, stride: plane, step: grid.spacing.z)
        for y in 0..<size.y {
            let ys = Neighbours(y, size.y, stride: size.x, step: grid.spacing.y)
            for x in 0..<size.x {
                let xs = Neighbours(x, size.x, stride: 1, step: grid.spacing.x)
                let voxel = z * plane + y * size.x + x
                var force = SIMD3<Float>.zero
                var norm: Float = 0
                for channel in 0..<channelCount {
                    let index = channel * size.count + voxel
                    let difference = channels.fixed[index] - channels.warped[index]
                    let slope = SIMD3(
                        0.5 * (channels.gradients[3 * index] + xs.difference(channels.warped, index)),
                        0.5 * (channels.gradients[3 * index + 1] + ys.difference(channels.warped, index)),
                        0.5 * (channels.gradients[3 * index + 2] + zs.difference(channels.warped, index))
                    )
                    force += difference * slope
                    norm += (slope * slope).sum() + difference * difference * stiffness
                }
                let place = 3 * (y * size.x + x)
                // NaN marks a voxel at or beyond the atlas's end.
                var step = norm.isFinite && norm > 1e-9 ? force / norm : .zero
                let length = (step * step).sum().squareRoot()
                if length > longest { step *= longest / length }
                for axis in 0..<3 { output[place + axis] = step[axis] }
            }
        }
    }

    private static func joined(_ arrays: [[Float]]) -> [Float] {
        var all: [Float] = []
        all.reserveCapacity(arrays.reduce(0) { $0 + $1.count })
        for array in arrays { all.append(contentsOf: array) }
        return all
    }
}

/// The voxels before and behind one along an axis: central differences, one-sided at the borders.
private struct Neighbours {
    let back: Int
    let ahead: Int
    let scale: Float

    @inline(__always)
    init(_ position: Int, _ count: Int, stride: Int, step: Double) {
        back = position > 0 ? stride : 0
        ahead = position + 1 < count ? stride : 0
        let steps = (back + ahead) / stride
        scale = steps == 0 ? 0 : 1 / Float(Double(steps) * step)
    }

    @inline(__always)
    func difference(_ values: UnsafeBufferPointer<Float>, _ index: Int) -> Float {
        (values[index + ahead] - values[index - back]) * scale
    }
}
