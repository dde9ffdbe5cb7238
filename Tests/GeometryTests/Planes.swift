import Geometry
import Testing

/// Named orientations: (row direction, column direction) in LPS.
enum Orientation: CaseIterable, CustomTestStringConvertible {
    case axial, axialProne, axialFeetFirst, sagittal, coronal, oblique, doubleOblique

    var directions: (row: Vector3, column: Vector3) {
        switch self {
        case .axial: (Vector3(1, 0, 0), Vector3(0, 1, 0))
        case .axialProne: (Vector3(-1, 0, 0), Vector3(0, -1, 0))
        case .axialFeetFirst: (Vector3(-1, 0, 0), Vector3(0, 1, 0))
        case .sagittal: (Vector3(0, 1, 0), Vector3(0, 0, -1))
        case .coronal: (Vector3(1, 0, 0), Vector3(0, 0, -1))
        case .oblique: (Vector3(0.6, 0.8, 0), Vector3(-0.8, 0.6, 0))
        case .doubleOblique: (Vector3(2.0 / 3, 1.0 / 3, 2.0 / 3), Vector3(-2.0 / 3, 2.0 / 3, 1.0 / 3))
        }
    }

    var normal: Vector3 {
        switch self {
        case .axial, .axialProne: Vector3(0, 0, 1)
        case .axialFeetFirst: Vector3(0, 0, -1)
        case .sagittal: Vector3(-1, 0, 0)
        case .coronal: Vector3(0, 1, 0)
        case .oblique: Vector3(0, 0, 1)
        case .doubleOblique: Vector3(-1.0 / 3, -2.0 / 3, 2.0 / 3)
        }
    }

    var testDescription: String { "\(self)".split(separator: ".").last.map(String.init) ?? "" }

    /// A plane of 23 rows and 38 columns of 0.7 × 0.9 mm pixels: nothing is square or even.
    func plane(at position: Vector3, rows: Int = 23, columns: Int = 38) throws -> PlaneGeometry {
        try #require(
            PlaneGeometry(
                position: position,
                rowDirection: directions.row,
                columnDirection: directions.column,
                rowSpacing: 0.7,
                columnSpacing: 0.9,
                rows: rows,
                columns: columns
            )
        )
    }

    /// `count` planes from a position along the normal.
    func planes(from position: Vector3, step: Double, count: Int) throws -> [PlaneGeometry] {
        try (0..<count).map { try plane(at: position + normal * (step * Double($0))) }
    }
}

func isClose(_ left: Vector3, _ right: Vector3, _ tolerance: Double = 1e-9) -> Bool {
    (left - right).length < tolerance
}
