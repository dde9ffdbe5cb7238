import Atlas
import Geometry
import Testing

/// A trunk made of ellipsoids, with arms and a table, defined at every patient point (LPS, mm, z from 0 to 300).
struct Phantom {
    static let liver: UInt16 = 1
    static let spleen: UInt16 = 2
    static let aorta: UInt16 = 3
    static let kidney: UInt16 = 4
    static let table = [
        AtlasLabel(id: liver, name: "liver"), AtlasLabel(id: spleen, name: "spleen"),
        AtlasLabel(id: aorta, name: "aorta"), AtlasLabel(id: kidney, name: "kidney"),
    ]

    /// From the patient that is imaged to the phantom's own coordinates.
    var toPhantom: @Sendable (Vector3) -> Vector3 = { $0 }

    private struct Ellipsoid {
        let centre: Vector3
        let radii: Vector3

        func contains(_ point: Vector3) -> Bool {
            let offset = point - centre
            let x = offset.x / radii.x
            let y = offset.y / radii.y
            let z = offset.z / radii.z
            return x * x + y * y + z * z <= 1
        }
    }

    private static let organs: [(label: UInt16, shape: Ellipsoid, hounsfield: Float)] = [
        (liver, Ellipsoid(centre: Vector3(-60, -10, 180), radii: Vector3(65, 60, 50)), 110),
        (spleen, Ellipsoid(centre: Vector3(90, 35, 190), radii: Vector3(30, 35, 40)), 130),
        (kidney, Ellipsoid(centre: Vector3(60, 45, 125), radii: Vector3(25, 25, 40)), 170),
    ]

    static func label(at point: Vector3) -> UInt16 {
        for organ in organs where organ.shape.contains(point) { return organ.label }
        let x = point.x - 15
        let y = point.y - 25
        return x * x + y * y <= 144 && point.z >= 0 && point.z <= 300 ? aorta : 0
    }

    private static func isTrunk(_ point: Vector3) -> Bool {
        let width = 150 - 0.1 * abs(point.z - 150)
        let depth = 100 - 0.05 * point.z
        let x = point.x / width
        let y = point.y / depth
        return x * x + y * y <= 1
    }

    private static func hounsfield(at point: Vector3) -> Float {
        guard point.z >= -5, point.z <= 305 else { return -1000 }
        if isTrunk(point) { return insideTrunk(point) }
        let isArm = [-185.0, 185.0].contains { side in
            let x = point.x - side
            return x * x + point.y * point.y <= 900
        }
        if isArm { return 40 }
        return point.y > 118 && point.y < 124 && abs(point.x) < 220 ? 100 : -1000
    }

    private static func insideTrunk(_ point: Vector3) -> Float {
        let label = label(at: point)
        if label == aorta { return 160 }
        if let organ = organs.first(where: { $0.label == label }) { return organ.hounsfield }
        let vertebra = Vector3(point.x, point.y - 60, 0)
        if vertebra.dot(vertebra) <= 400 {
            // Discs every 30 mm.
            return point.z.truncatingRemainder(dividingBy: 30) < 6 ? 80 : 350
        }
        let isLung = [-70.0, 70.0].contains { side in
            Ellipsoid(centre: Vector3(side, 0, 280), radii: Vector3(50, 65, 45)).contains(point)
        }
        if isLung { return -800 }
        let isPelvis = [-85.0, 85.0].contains { side in
            Ellipsoid(centre: Vector3(side, 30, 20), radii: Vector3(30, 45, 55)).contains(point)
        }
        if isPelvis { return 500 }
        // Bowel gas below the organs.
        if Ellipsoid(centre: Vector3(-30, -50, 75), radii: Vector3(45, 22, 30)).contains(point) { return -600 }
        return 30
    }

    func hounsfield(at patient: Vector3) -> Float { Self.hounsfield(at: toPhantom(patient)) }
    func label(at patient: Vector3) -> UInt16 { Self.label(at: toPhantom(patient)) }

    /// Values at the pixel centres of a plane, row-major.
    func slice(_ plane: PlaneGeometry) -> [Float] {
        (0..<plane.rows * plane.columns).map { index in
            hounsfield(
                at: plane.patientPoint(column: Double(index % plane.columns), row: Double(index / plane.columns))
            )
        }
    }

    /// The phantom as an atlas on a grid with any map.
    func atlas(size: GridSize, affine: Affine3D) -> Atlas {
        var intensities: [Float] = []
        var labels: [UInt16] = []
        for z in 0..<size.z {
            for y in 0..<size.y {
                for x in 0..<size.x {
                    let point = affine(Vector3(Double(x), Double(y), Double(z)))
                    intensities.append(hounsfield(at: point))
                    labels.append(label(at: point))
                }
            }
        }
        return Atlas(
            name: "phantom",
            intensities: IntensityVolume(size: size, affine: affine, values: intensities, modality: .ct),
            labels: LabelVolume(size: size, affine: affine, values: labels),
            table: Self.table
        )
    }

    /// The whole phantom at 3 mm along the patient's axes.
    static let wholeAtlas = Phantom().atlas(
        size: GridSize(x: 150, y: 90, z: 100),
        affine: Affine3D(
            xColumn: Vector3(3, 0, 0),
            yColumn: Vector3(0, 3, 0),
            zColumn: Vector3(0, 0, 3),
            translation: Vector3(-223.5, -133.5, 1.5)
        )
    )

    /// A target from planes.
    func target(_ planes: [PlaneGeometry]) throws -> AtlasTarget {
        try AtlasTarget(planes: planes, modality: .ct, values: planes.map { slice($0) })
    }
}

/// Planes across a box around the phantom.
enum Planes {
    /// Axial planes of 2.4 mm pixels at the given z, x to the left and y to the back.
    static func axial(_ heights: [Double], centre: Vector3 = .zero) throws -> [PlaneGeometry] {
        try heights.map { z in
            try plane(
                corner: Vector3(centre.x - 220, centre.y - 132, z),
                row: Vector3(1, 0, 0),
                column: Vector3(0, 1, 0),
                size: (columns: 184, rows: 110)
            )
        }
    }

    static func plane(
        corner: Vector3,
        row: Vector3,
        column: Vector3,
        size: (columns: Int, rows: Int)
    ) throws -> PlaneGeometry {
        try #require(
            PlaneGeometry(
                position: corner,
                rowDirection: row,
                columnDirection: column,
                rowSpacing: 2.4,
                columnSpacing: 2.4,
                rows: size.rows,
                columns: size.columns
            )
        )
    }
}
