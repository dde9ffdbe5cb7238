import Geometry
import Testing

struct Affine3DTests {
    /// A rotation about z by the angle of a 3-4-5 triangle, scaled unevenly, sheared and moved.
    private let map = Affine3D(
        xColumn: Vector3(1.2, 1.6, 0),
        yColumn: Vector3(-2.4, 1.8, 0.5),
        zColumn: Vector3(0.1, 0, 4),
        translation: Vector3(-10, 20, -30)
    )

    @Test("a point is the sum of the columns by its coordinates and the translation")
    func application() {
        #expect(isClose(map(Vector3(1, 0, 0)), Vector3(-8.8, 21.6, -30)))
        #expect(isClose(map(Vector3(2, 3, 4)), Vector3(-10 + 2.4 - 7.2 + 0.4, 20 + 3.2 + 5.4, -30 + 1.5 + 16)))
        #expect(isClose(map.direction(Vector3(0, 0, 2)), Vector3(0.2, 0, 8)))
        #expect(isClose(map(.zero), map.translation))
    }

    @Test("the inverse undoes the map on both sides")
    func inverse() throws {
        let inverse = try #require(map.inverse)
        for point in [Vector3.zero, Vector3(1, 2, 3), Vector3(-400, 0.25, 1e4)] {
            #expect(isClose(inverse(map(point)), point, 1e-8))
            #expect(isClose(map(inverse(point)), point, 1e-8))
        }
        #expect(abs(inverse.determinant * map.determinant - 1) < 1e-12)
    }

    @Test("composition applies the first map first")
    func composition() {
        let mirror = Affine3D(
            xColumn: Vector3(-1, 0, 0),
            yColumn: Vector3(0, 1, 0),
            zColumn: Vector3(0, 0, 1),
            translation: Vector3(5, 0, 0)
        )
        let point = Vector3(3, -2, 7)
        #expect(isClose(mirror.after(map)(point), mirror(map(point))))
        #expect(isClose(map.after(mirror)(point), map(mirror(point))))
        #expect(!isClose(mirror.after(map)(point), map.after(mirror)(point)))
        #expect(mirror.determinant == -1)
        #expect(Affine3D.identity.after(map) == map)
    }

    @Test("a map that flattens space has no inverse")
    func flat() {
        var flat = map
        flat.zColumn = flat.xColumn + flat.yColumn
        #expect(flat.inverse == nil)
        flat.zColumn = Vector3(.nan, 0, 0)
        #expect(flat.inverse == nil)
    }

    @Test("voxels of a fraction of a millimetre have an inverse too")
    func smallVoxels() throws {
        let small = Affine3D(
            xColumn: Vector3(0.02, 0, 0),
            yColumn: Vector3(0, 0.02, 0),
            zColumn: Vector3(0, 0, 0.05),
            translation: Vector3(1, 2, 3)
        )
        let inverse = try #require(small.inverse)
        #expect(isClose(inverse(Vector3(1.02, 2.04, 3.15)), Vector3(1, 2, 3)))
    }
}
