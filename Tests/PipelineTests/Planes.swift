import DICOMSegmentation
import Geometry

/// Small planes of 3 rows and 4 columns.
enum Planes {
    struct Impossible: Error {}

    /// One pixel that is not at an edge.
    static let middle = FrameMask(rows: 3, columns: 4, pixels: [0, 0, 0, 0, 0, 1, 0, 0, 0, 0, 0, 0])

    /// Parallel planes at distances along their normal; `shear` is added for each step.
    static func stack(
        offsets: [Double],
        spacing: (row: Double, column: Double) = (1, 1),
        directions: (row: Vector3, column: Vector3) = (Vector3(1, 0, 0), Vector3(0, 1, 0)),
        shear: Vector3 = .zero
    ) throws -> SliceStack {
        let normal = directions.row.cross(directions.column)
        return try SliceStack(
            planes: try offsets.enumerated().map { index, offset in
                try plane(
                    at: normal * offset + shear * Double(index),
                    spacing: spacing,
                    directions: directions,
                    size: (3, 4)
                )
            }
        )
    }

    static func plane(
        at position: Vector3 = .zero,
        spacing: (row: Double, column: Double) = (1, 1),
        directions: (row: Vector3, column: Vector3) = (Vector3(1, 0, 0), Vector3(0, 1, 0)),
        size: (rows: Int, columns: Int)
    ) throws -> PlaneGeometry {
        let plane = PlaneGeometry(
            position: position,
            rowDirection: directions.row,
            columnDirection: directions.column,
            rowSpacing: spacing.row,
            columnSpacing: spacing.column,
            rows: size.rows,
            columns: size.columns
        )
        guard let plane else { throw Impossible() }
        return plane
    }
}
