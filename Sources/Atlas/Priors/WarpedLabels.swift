import Geometry

/// The labels of an atlas, warped to the canonical grid of a target.
struct WarpedLabels {
    let grid: CanonicalGrid
    private let labels: LabelVolume
    /// Atlas voxel index for each voxel of the grid: three numbers each.
    private let positions: [Float]

    init(_ labels: LabelVolume, map: SpatialMap, grid: CanonicalGrid) {
        self.grid = grid
        self.labels = labels
        let toIndex = invertible(labels.affine)
        let size = grid.size
        positions = makePlanes(size.z, of: 3 * size.x * size.y) { z, output in
            for y in 0..<size.y {
                for x in 0..<size.x {
                    let index = toIndex(map(grid.point(x, y, z)))
                    let place = 3 * (y * size.x + x)
                    output[place] = Float(index.x)
                    output[place + 1] = Float(index.y)
                    output[place + 2] = Float(index.z)
                }
            }
        }
    }

    /// 1 where the atlas has voxels, on the grid.
    var coverage: [UInt8] {
        (0..<grid.size.count).map { voxel in
            let x = positions[3 * voxel]
            let y = positions[3 * voxel + 1]
            let z = positions[3 * voxel + 2]
            let isInside =
                x >= -0.5 && y >= -0.5 && z >= -0.5 && x <= Float(labels.size.x) - 0.5
                && y <= Float(labels.size.y) - 0.5 && z <= Float(labels.size.z) - 0.5
            return isInside ? 1 : 0
        }
    }

    /// For each voxel the share of one label among the eight atlas voxels around its place, weighted trilinearly.
    func probability(of label: UInt16) -> [Float] {
        let size = labels.size
        guard let bounds = bounds(of: label) else { return [Float](repeating: 0, count: grid.size.count) }
        let plane = grid.size.x * grid.size.y
        return labels.values.withUnsafeBufferPointer { source in
            positions.withUnsafeBufferPointer { positions in
                makePlanes(grid.size.z, of: plane) { z, output in
                    for offset in 0..<plane {
                        let place = 3 * (z * plane + offset)
                        let x = positions[place]
                        let y = positions[place + 1]
                        let z = positions[place + 2]
                        guard x > bounds.low.0, y > bounds.low.1, z > bounds.low.2,
                            x < bounds.high.0, y < bounds.high.1, z < bounds.high.2
                        else {
                            output[offset] = 0
                            continue
                        }
                        output[offset] = share(of: label, source, size, (x, y, z))
                    }
                }
            }
        }
    }

    private func share(
        of label: UInt16,
        _ source: UnsafeBufferPointer<UInt16>,
        _ size: GridSize,
        _ position: (Float, Float, Float)
    ) -> Float {
        let x0 = Int(position.0.rounded(.down))
        let y0 = Int(position.1.rounded(.down))
        let z0 = Int(position.2.rounded(.down))
        let fraction = (position.0 - Float(x0), position.1 - Float(y0), position.2 - Float(z0))
        var sum: Float = 0
        for corner in 0..<8 {
            // Half a voxel beyond the outer centres belongs to the outer voxel.
            let x = min(max(x0 + (corner & 1), 0), size.x - 1)
            let y = min(max(y0 + (corner >> 1 & 1), 0), size.y - 1)
            let z = min(max(z0 + (corner >> 2), 0), size.z - 1)
            guard source[(z * size.y + y) * size.x + x] == label else { continue }
            sum +=
                (corner & 1 == 0 ? 1 - fraction.0 : fraction.0)
                * (corner & 2 == 0 ? 1 - fraction.1 : fraction.1)
                * (corner & 4 == 0 ? 1 - fraction.2 : fraction.2)
        }
        return sum
    }

    /// Positions between which the label can have a share; half a voxel beyond the volume at its borders.
    private func bounds(of label: UInt16) -> (low: (Float, Float, Float), high: (Float, Float, Float))? {
        let size = labels.size
        var low = (size.x, size.y, size.z)
        var high = (-1, -1, -1)
        for z in 0..<size.z {
            for y in 0..<size.y {
                let row = (z * size.y + y) * size.x
                for x in 0..<size.x where labels.values[row + x] == label {
                    low = (min(low.0, x), min(low.1, y), min(low.2, z))
                    high = (max(high.0, x), max(high.1, y), max(high.2, z))
                }
            }
        }
        guard high.0 >= 0 else { return nil }
        func lower(_ value: Int) -> Float { max(Float(value) - 1, -0.5) }
        func upper(_ value: Int, _ count: Int) -> Float { min(Float(value) + 1, Float(count) - 0.5) }
        return (
            (lower(low.0), lower(low.1), lower(low.2)),
            (upper(high.0, size.x), upper(high.1, size.y), upper(high.2, size.z))
        )
    }
}
