import Geometry
import Testing

struct PlaneGeometryTests {
    private let position = Vector3(-101.5, 33.25, -7)

    @Test("the normal is row direction × column direction", arguments: Orientation.allCases)
    func normal(_ orientation: Orientation) throws {
        #expect(isClose(try orientation.plane(at: position).normal, orientation.normal))
    }

    @Test("columns go along the row direction by column spacing, rows along the column direction by row spacing")
    func pixelCentres() throws {
        let sagittal = try Orientation.sagittal.plane(at: position)
        #expect(sagittal.patientPoint(column: 0, row: 0) == position)
        // Ten columns go 9 mm to the back, ten rows 7 mm towards the feet.
        #expect(isClose(sagittal.patientPoint(column: 10, row: 0), position + Vector3(0, 9, 0)))
        #expect(isClose(sagittal.patientPoint(column: 0, row: 10), position + Vector3(0, 0, -7)))
        let coronal = try Orientation.coronal.plane(at: position)
        #expect(isClose(coronal.patientPoint(column: 10, row: 10), position + Vector3(9, 0, -7)))
        let prone = try Orientation.axialProne.plane(at: position)
        #expect(isClose(prone.patientPoint(column: 10, row: 10), position + Vector3(-9, -7, 0)))
    }

    @Test(
        "a pixel's point leads back to the pixel, and a point off the plane to its foot",
        arguments: Orientation.allCases
    )
    func inverse(_ orientation: Orientation) throws {
        let plane = try orientation.plane(at: position)
        for (column, row) in [(0.0, 0.0), (37, 0), (0, 22), (36.5, 21.25), (-4, 90)] {
            let point = plane.patientPoint(column: column, row: row)
            let found = plane.pixel(of: point + orientation.normal * 2.5)
            #expect(abs(found.column - column) < 1e-9)
            #expect(abs(found.row - row) < 1e-9)
            #expect(abs(found.distance - 2.5) < 1e-9)
        }
    }

    @Test("rounded directions that are not quite at a right angle still lead back to the pixel")
    func skewWithinTolerance() throws {
        let plane = try #require(
            PlaneGeometry(
                position: position,
                rowDirection: Vector3(0.9996, 0, 0),
                columnDirection: Vector3(0.0009, 1.0004, 0),
                rowSpacing: 0.7,
                columnSpacing: 0.9,
                rows: 512,
                columns: 512
            )
        )
        let found = plane.pixel(of: plane.patientPoint(column: 500, row: 400))
        #expect(abs(found.column - 500) < 1e-9 && abs(found.row - 400) < 1e-9)
        #expect(abs(plane.normal.length - 1) < 1e-12)
    }

    @Test("values that describe no plane give none")
    func invalid() {
        func plane(
            _ row: Vector3 = Vector3(1, 0, 0),
            _ column: Vector3 = Vector3(0, 1, 0),
            spacing: (Double, Double) = (1, 1),
            size: (Int, Int) = (4, 4),
            at position: Vector3 = .zero
        ) -> PlaneGeometry? {
            PlaneGeometry(
                position: position,
                rowDirection: row,
                columnDirection: column,
                rowSpacing: spacing.0,
                columnSpacing: spacing.1,
                rows: size.0,
                columns: size.1
            )
        }
        #expect(plane() != nil)
        #expect(plane(.zero, .zero) == nil)
        #expect(plane(Vector3(1, 0, 0), Vector3(1, 0, 0)) == nil)
        #expect(plane(Vector3(1, 0, 0), Vector3(0.5, 0.866, 0)) == nil)
        #expect(plane(Vector3(1.01, 0, 0)) == nil)
        #expect(plane(Vector3(.nan, 0, 0)) == nil)
        #expect(plane(spacing: (0, 1)) == nil)
        #expect(plane(spacing: (1, -0.8)) == nil)
        #expect(plane(spacing: (.infinity, 1)) == nil)
        #expect(plane(spacing: (.nan, 1)) == nil)
        #expect(plane(size: (0, 4)) == nil)
        #expect(plane(size: (4, -1)) == nil)
        #expect(plane(at: Vector3(0, .infinity, 0)) == nil)
    }

    @Test("siblings share orientation, size and spacing, wherever they are")
    func siblings() throws {
        let plane = try Orientation.oblique.plane(at: position)
        #expect(plane.isParallelSibling(of: try Orientation.oblique.plane(at: .zero)))
        #expect(!plane.isParallelSibling(of: try Orientation.axial.plane(at: position)))
        #expect(!plane.isParallelSibling(of: try Orientation.oblique.plane(at: position, rows: 24)))
        #expect(!plane.isParallelSibling(of: try Orientation.oblique.plane(at: position, columns: 37)))
    }
}
