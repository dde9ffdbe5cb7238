import Atlas
import Evaluation
import Geometry
import Testing

@Suite("Comparisons with a reference")
struct EvaluationTests {
    @Test(
        "Dice is twice the overlap over the sum",
        arguments: [
            ([0, 0, 0, 0], [0, 0, 0, 0], 1.0), ([1, 1, 0, 0], [1, 1, 0, 0], 1), ([1, 1, 0, 0], [0, 0, 1, 1], 0),
            ([1, 1, 1, 0], [0, 1, 1, 1], 2.0 / 3), ([1, 0, 0, 0], [255, 7, 9, 0], 0.5),
            ([0, 0, 0, 0], [0, 1, 0, 0], 0),
        ] as [([UInt8], [UInt8], Double)]
    )
    func whenMasksAreCompared_thenDiceIsTheirOverlap(first: [UInt8], second: [UInt8], value: Double) {
        #expect(abs(DiceScore(first, second).value - value) < 1e-15)
        #expect(DiceScore(first, second).value == DiceScore(second, first).value)
    }

    @Test("each side's error is told apart, inward and outward")
    func whenABoxMisses_thenEachSideSaysHowFar() {
        let tight = PixelBox(x0: 10, y0: 20, x1: 30, y1: 60)
        let error = BoxError(of: PixelBox(x0: 8, y0: 21, x1: 30, y1: 65), against: tight)
        #expect(error.inner == [0, 1, 0, 0])
        #expect(error.outer == [2, 0, 0, 5])
        #expect(error.worstInner == 1 && error.worstOuter == 5)
        let intersection = 20.0 * 39
        #expect(abs(error.intersectionOverUnion - intersection / (22 * 44 + 20 * 40 - intersection)) < 1e-15)
    }

    @Test("a perfect box has no error, one elsewhere no overlap")
    func whenBoxesAreEqualOrApart_thenTheOverlapIsOneOrNone() {
        let tight = PixelBox(x0: 10, y0: 20, x1: 30, y1: 60)
        #expect(BoxError(of: tight, against: tight).intersectionOverUnion == 1)
        #expect(BoxError(of: tight, against: tight).worstInner == 0)
        let apart = BoxError(of: PixelBox(x0: 40, y0: 70, x1: 50, y1: 90), against: tight)
        #expect(apart.intersectionOverUnion == 0)
        #expect(apart.inner == [30, 50, 0, 0] && apart.outer == [0, 0, 20, 30])
        let below = BoxError(of: PixelBox(x0: 10, y0: 60, x1: 30, y1: 70), against: tight)
        #expect(below.intersectionOverUnion == 0)
    }

    @Test(
        "labels are found by patient coordinates, however both grids are turned",
        arguments: [
            (Vector3(1, 0, 0), Vector3(0, 1, 0)), (Vector3(-1, 0, 0), Vector3(0, 1, 0)),
            (Vector3(0, 1, 0), Vector3(0, 0, -1)), (Vector3(0.8, 0.6, 0), Vector3(-0.36, 0.48, -0.8)),
        ]
    )
    func whenLabelsLieOnAStack_thenEachPixelHasItsVoxel(row: Vector3, column: Vector3) throws {
        let directions = (row: row, column: column)
        let stack = try Planes.stack(offsets: [-2, 0, 2, 4], spacing: (1.5, 1), directions: directions)
        // Voxels that are mirrored along x, RAS and with another order of the axes.
        let affine = Affine3D(
            xColumn: Vector3(0, -1.1, 0),
            yColumn: Vector3(0, 0, 0.9),
            zColumn: Vector3(-1.3, 0, 0),
            translation: Vector3(5.2, 6.4, -5.1)
        )
        let size = GridSize(x: 11, y: 12, z: 9)
        let volume = LabelVolume(size: size, affine: affine, values: (0..<size.count).map { UInt16($0 + 1) })
        let planes = try #require(LabelPlanes(volume, on: stack))
        var inside = 0
        for (slice, plane) in stack.planes.enumerated() {
            for row in 0..<plane.rows {
                for column in 0..<plane.columns {
                    let point = plane.patientPoint(column: Double(column), row: Double(row))
                    // The map by hand: each axis of the patient belongs to one of the voxels.
                    let x = Int(((point.y - 6.4) / -1.1).rounded())
                    let y = Int(((point.z + 5.1) / 0.9).rounded())
                    let z = Int(((point.x - 5.2) / -1.3).rounded())
                    let isInside = 0..<11 ~= x && 0..<12 ~= y && 0..<9 ~= z
                    inside += isInside ? 1 : 0
                    let expected = isInside ? (z * 12 + y) * 11 + x + 1 : 0
                    #expect(Int(planes.planes[slice][row * plane.columns + column]) == expected)
                }
            }
        }
        #expect(inside > 10)
    }

    @Test("a label that a slice does not have gives no mask there")
    func whenALabelIsAbsent_thenThereIsNoMask() throws {
        let stack = try Planes.stack(offsets: [0, 1])
        var values = [UInt16](repeating: 0, count: 24)
        values[6] = 3
        let volume = LabelVolume(size: GridSize(x: 4, y: 3, z: 2), affine: .identity, values: values)
        let planes = try #require(LabelPlanes(volume, on: stack))
        #expect(planes.mask(of: 3, slice: 0) == [0, 0, 0, 0, 0, 0, 1, 0, 0, 0, 0, 0])
        #expect(planes.mask(of: 3, slice: 1) == nil)
        #expect(planes.mask(of: 2, slice: 0) == nil)
    }
}
