import Geometry

/// Where one structure probably is: probabilities on a part of the target's canonical grid.
struct LabelPrior: Sendable {
    let label: UInt16
    /// The part of the grid that holds every voxel above 0, one voxel around it where the grid goes on.
    let grid: CanonicalGrid
    /// 0…1, x fastest.
    let values: [Float]

    /// Crops a label on a grid; `nil` where nothing is above 0.
    init?(_ warped: WindowedLabel, grid: CanonicalGrid) {
        guard let window = warped.window.support(of: warped.values, margin: (1, 1, 1)) else { return nil }
        label = warped.label
        self.grid = CanonicalGrid(
            size: window.size,
            origin: grid.point(window.first.x, window.first.y, window.first.z),
            spacing: grid.spacing
        )
        values = window.values(warped.values, of: warped.window)
    }

    /// Pixels of a plane where the probability is above one half, row-major 0 and 1; `nil` where there are none.
    func mask(on plane: PlaneGeometry) -> [UInt8]? {
        guard let region = region(on: plane) else { return nil }
        let size = grid.size
        let origin = grid.index(of: plane.patientPoint(column: 0, row: 0))
        let columnStep = perVoxel(plane.rowDirection * plane.columnSpacing)
        let rowStep = perVoxel(plane.columnDirection * plane.rowSpacing)
        // The outer voxels of the grid reach half a step beyond their centres, and a source slice may lie a little
        // further out because the grid is centred in the stack.
        let limit = Vector3(Double(size.x), Double(size.y), Double(size.z))
        var mask = [UInt8](repeating: 0, count: plane.rows * plane.columns)
        var isEmpty = true
        values.withUnsafeBufferPointer { source in
            for row in region.rows {
                for column in region.columns {
                    let index = origin + columnStep * Double(column) + rowStep * Double(row)
                    guard index.x > -1, index.y > -1, index.z > -1,
                        index.x < limit.x, index.y < limit.y, index.z < limit.z,
                        trilinear(source, size, index) > 0.5
                    else { continue }
                    mask[row * plane.columns + column] = 1
                    isEmpty = false
                }
            }
        }
        return isEmpty ? nil : mask
    }

    private func perVoxel(_ step: Vector3) -> Vector3 {
        Vector3(step.x / grid.spacing.x, step.y / grid.spacing.y, step.z / grid.spacing.z)
    }

    /// The pixels that the grid's box can fall on.
    private func region(on plane: PlaneGeometry) -> (columns: Range<Int>, rows: Range<Int>)? {
        let size = grid.size
        var columns = (low: Double.infinity, high: -Double.infinity)
        var rows = columns
        var distances = columns
        for corner in 0..<8 {
            let point = grid.affine(
                Vector3(
                    corner & 1 == 0 ? -1 : Double(size.x),
                    corner & 2 == 0 ? -1 : Double(size.y),
                    corner & 4 == 0 ? -1 : Double(size.z)
                )
            )
            let foot = plane.pixel(of: point)
            columns = (min(columns.low, foot.column), max(columns.high, foot.column))
            rows = (min(rows.low, foot.row), max(rows.high, foot.row))
            distances = (min(distances.low, foot.distance), max(distances.high, foot.distance))
        }
        guard distances.low <= 0, distances.high >= 0 else { return nil }
        func pixels(_ range: (low: Double, high: Double), _ count: Int) -> Range<Int> {
            let low = min(max(0, range.low.rounded(.down)), Double(count))
            let high = min(max(low, range.high.rounded(.up) + 1), Double(count))
            return Int(low)..<Int(high)
        }
        let region = (pixels(columns, plane.columns), pixels(rows, plane.rows))
        return region.0.isEmpty || region.1.isEmpty ? nil : region
    }
}
