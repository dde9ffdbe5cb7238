import Geometry
import Testing

struct Vector3Tests {
    @Test("left × back is head: the cross product is right-handed")
    func cross() {
        #expect(Vector3(1, 0, 0).cross(Vector3(0, 1, 0)) == Vector3(0, 0, 1))
        #expect(Vector3(0, 1, 0).cross(Vector3(0, 0, 1)) == Vector3(1, 0, 0))
        let a = Vector3(1, -2, 3)
        let b = Vector3(4, 5, -6)
        #expect(a.cross(b) == -b.cross(a))
        #expect(a.cross(b).dot(a) == 0 && a.cross(b).dot(b) == 0)
    }

    @Test("normalising keeps the direction and makes the length 1; nothing has no direction")
    func normalisation() throws {
        let unit = try #require(Vector3(3, 0, -4).normalized)
        #expect(isClose(unit, Vector3(0.6, 0, -0.8)))
        #expect(Vector3.zero.normalized == nil)
        #expect(Vector3(.infinity, 0, 0).normalized == nil)
        #expect(Vector3(.nan, 0, 0).normalized == nil)
    }
}
