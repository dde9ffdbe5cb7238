import Geometry
import Testing

struct SliceStackTests {
    private let start = Vector3(12, -80.5, 40)

    @Test("planes are sorted along the normal, in whatever order they come", arguments: Orientation.allCases)
    func sorting(_ orientation: Orientation) throws {
        let planes = try orientation.planes(from: start, step: 2.5, count: 7)
        for order in [[0, 1, 2, 3, 4, 5, 6], [6, 5, 4, 3, 2, 1, 0], [3, 0, 6, 1, 5, 2, 4]] {
            let stack = try SliceStack(planes: order.map { planes[$0] })
            #expect(stack.planes == planes)
            #expect(stack.sourceIndices.map { order[$0] } == [0, 1, 2, 3, 4, 5, 6])
            #expect(stack.steps.allSatisfy { abs($0 - 2.5) < 1e-9 })
        }
    }

    @Test("the map of an even stack sends every index where its plane puts it", arguments: Orientation.allCases)
    func affine(_ orientation: Orientation) throws {
        let stack = try SliceStack(planes: orientation.planes(from: start, step: 3, count: 5).reversed())
        let map = try #require(stack.affine())
        for (slice, plane) in stack.planes.enumerated() {
            for (column, row) in [(0.0, 0.0), (37, 0), (0, 22), (17.5, 3)] {
                let point = map(Vector3(column, row, Double(slice)))
                #expect(isClose(point, plane.patientPoint(column: column, row: row)))
            }
        }
        // Row, column and slice axis form a right-handed system: the stack ascends along row × column.
        #expect(abs(map.determinant - 0.7 * 0.9 * 3) < 1e-9)
        let inverse = try #require(map.inverse)
        #expect(isClose(inverse(map(Vector3(11, 5, 2))), Vector3(11, 5, 2)))
    }

    @Test("a tilted gantry keeps its shear and is measured")
    func shear() throws {
        // Each step of 2.5 mm upwards is 12 degrees off towards the back.
        let offset = 2.5 * 0.212_556_561_670_022
        let planes = try (0..<6).map { index in
            try Orientation.axial.plane(at: start + Vector3(0, offset, 2.5) * Double(index))
        }
        let stack = try SliceStack(planes: planes)
        #expect(abs(stack.shearAngle - 12) < 1e-6)
        #expect(abs((stack.spacingBetweenSlices ?? 0) - 2.5) < 1e-9)
        #expect(stack.irregularSteps.isEmpty)
        let map = try #require(stack.affine())
        #expect(isClose(map(Vector3(3, 4, 5)), planes[5].patientPoint(column: 3, row: 4)))
        #expect(isClose(map.zColumn, Vector3(0, offset, 2.5)))
    }

    @Test("a straight stack has no shear, whichever way it was acquired", arguments: Orientation.allCases)
    func noShear(_ orientation: Orientation) throws {
        let stack = try SliceStack(planes: orientation.planes(from: start, step: -4, count: 4))
        #expect(abs(stack.shearAngle) < 1e-6)
    }

    @Test("a missing slice shows as one long step, and there is no even map")
    func gap() throws {
        var planes = try Orientation.sagittal.planes(from: start, step: 2, count: 8)
        planes.remove(at: 3)
        let stack = try SliceStack(planes: planes)
        #expect(stack.irregularSteps == [2])
        #expect(stack.spacingBetweenSlices == 2)
        #expect(stack.affine() == nil)
    }

    @Test("positions rounded as decimal strings are still even")
    func rounding() throws {
        let planes = try (0..<40).map { index in
            try Orientation.axial.plane(at: Vector3(0, 0, (Double(index) * 1.25 * 100).rounded() / 100))
        }
        let stack = try SliceStack(planes: planes)
        #expect(stack.irregularSteps.isEmpty)
        #expect(stack.affine() != nil)
    }

    @Test("the spacing of unequal steps is their median")
    func median() throws {
        let offsets = [0.0, 1, 2, 3, 5]
        let planes = try offsets.map { try Orientation.coronal.plane(at: Vector3(0, $0, 0)) }
        #expect(try SliceStack(planes: planes).spacingBetweenSlices == 1)
        #expect(try SliceStack(planes: Array(planes[2...])).spacingBetweenSlices == 1.5)
    }

    @Test("a single plane has a map only with a thickness")
    func singlePlane() throws {
        let stack = try SliceStack(planes: [Orientation.oblique.plane(at: start)])
        #expect(stack.spacingBetweenSlices == nil)
        #expect(stack.steps.isEmpty)
        #expect(stack.shearAngle == 0)
        #expect(stack.affine() == nil)
        #expect(stack.affine(singlePlaneThickness: 0) == nil)
        let map = try #require(stack.affine(singlePlaneThickness: 5))
        #expect(isClose(map.zColumn, Vector3(0, 0, 5)))
    }

    @Test("what is no stack is refused, and the planes are named by their place in the input")
    func problems() throws {
        #expect(throws: SliceStack.Problem.empty) { try SliceStack(planes: []) }
        let plane = try Orientation.axial.plane(at: start)
        let other = try Orientation.axial.plane(at: start + Vector3(0, 0, 1), rows: 24)
        #expect(throws: SliceStack.Problem.notParallel(0, 1)) { try SliceStack(planes: [plane, other]) }
        let above = try Orientation.axial.plane(at: start + Vector3(0, 0, 5))
        let twice = try Orientation.axial.plane(at: start + Vector3(40, 3, 0.005))
        #expect(throws: SliceStack.Problem.samePosition(1, 2)) { try SliceStack(planes: [above, plane, twice]) }
    }
}
