import Geometry

/// What an affine fit is measured by: channels of the target against those of the atlas at the mapped places.
struct AffineProblem {
    /// Differences beyond this count linearly.
    static let huber: Float = 0.25

    let fixed: [[Float]]
    let warp: ChannelWarp
    /// Target patient → fractional atlas voxel, before any correction.
    let start: Affine3D

    /// Cost and normal equations; planes are summed in their order, so threads do not change the result.
    func evaluate(_ fit: AffineFit) -> AffineState {
        let map = start.after(fit.map)
        let warped = warp.channels(map)
        let gradients = warped.map { Gradient($0, grid: warp.grid) }
        let partial = concurrentMap(warp.grid.size.z) { plane -> AffineSums in
            var sums = AffineSums()
            for channel in fixed.indices {
                add(plane, fixed[channel], warped[channel], gradients[channel], fit.centre, to: &sums)
            }
            return sums
        }
        var total = AffineSums()
        for sums in partial { total.add(sums) }
        let count = max(total.count, 1)
        var normal = [Double](repeating: 0, count: 144)
        for row in 0..<12 {
            for column in 0..<12 {
                normal[12 * row + column] = total.normal[12 * min(row, column) + max(row, column)] / count
            }
        }
        return AffineState(
            cost: total.cost / count,
            overlap: total.count,
            normal: normal,
            gradient: total.gradient.map { $0 / count }
        )
    }

    private func add(
        _ plane: Int,
        _ fixed: [Float],
        _ warped: [Float],
        _ gradient: Gradient,
        _ centre: Vector3,
        to sums: inout AffineSums
    ) {
        let grid = warp.grid
        var row = [Double](repeating: 0, count: 12)
        for y in 0..<grid.size.y {
            for x in 0..<grid.size.x {
                let voxel = (plane * grid.size.y + y) * grid.size.x + x
                guard warped[voxel].isFinite else { continue }
                sums.count += 1
                let residual = warped[voxel] - fixed[voxel]
                let size = abs(residual)
                let isSmall = size <= Self.huber
                sums.cost += Double(isSmall ? 0.5 * size * size : Self.huber * (size - 0.5 * Self.huber))
                let weight = Double(isSmall ? 1 : Self.huber / size)
                let slope = SIMD3(
                    Double(gradient.values[3 * voxel]),
                    Double(gradient.values[3 * voxel + 1]),
                    Double(gradient.values[3 * voxel + 2])
                )
                // NaN stands beside voxels that the atlas does not cover.
                guard slope.x.isFinite, slope.y.isFinite, slope.z.isFinite, slope != .zero else { continue }
                let offset = grid.point(x, y, plane) - centre
                for axis in 0..<3 {
                    row[4 * axis] = slope[axis] * offset.x
                    row[4 * axis + 1] = slope[axis] * offset.y
                    row[4 * axis + 2] = slope[axis] * offset.z
                    row[4 * axis + 3] = slope[axis] * AffineFit.unit
                }
                sums.add(row, residual: Double(residual), weight: weight)
            }
        }
    }
}

/// Sums over voxels.
struct AffineSums {
    var count = 0.0
    var cost = 0.0
    /// The upper triangle of JᵀJ, 12 × 12 row-major.
    var normal = [Double](repeating: 0, count: 144)
    var gradient = [Double](repeating: 0, count: 12)

    mutating func add(_ row: [Double], residual: Double, weight: Double) {
        for i in 0..<12 {
            let scaled = weight * row[i]
            gradient[i] += scaled * residual
            for j in i..<12 { normal[12 * i + j] += scaled * row[j] }
        }
    }

    mutating func add(_ other: AffineSums) {
        count += other.count
        cost += other.cost
        for index in normal.indices { normal[index] += other.normal[index] }
        for index in gradient.indices { gradient[index] += other.gradient[index] }
    }
}
