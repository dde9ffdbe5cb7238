import Atlas
import Foundation
import Geometry
import Testing

@Suite("Orientation")
struct OrientationTests {
    /// For liver and spleen the box in the patient, in millimetres, of every pixel of the prior: low x, y, z, then high.
    ///
    /// Only positions count here, no slice order and no axes. Both organs lie wholly in every stack of these tests, so
    /// that no end of a stack cuts them.
    static func patientBoxes(_ target: AtlasTarget, atlas: Atlas = Phantom.wholeAtlas) throws -> [[Double]] {
        let labels = [Phantom.liver, Phantom.spleen]
        let planner = BoxPlanner(try AtlasRegistration().register(target, to: atlas), labels: labels)
        return labels.map { label in
            var low = Vector3(.infinity, .infinity, .infinity)
            var high = -low
            for (index, plane) in target.stack.planes.enumerated() {
                guard let mask = planner.priorMask(of: label, slice: index) else { continue }
                for pixel in mask.indices where mask[pixel] != 0 {
                    let point = plane.patientPoint(
                        column: Double(pixel % plane.columns),
                        row: Double(pixel / plane.columns)
                    )
                    low = Vector3(min(low.x, point.x), min(low.y, point.y), min(low.z, point.z))
                    high = Vector3(max(high.x, point.x), max(high.y, point.y), max(high.z, point.z))
                }
            }
            return [low.x, low.y, low.z, high.x, high.y, high.z]
        }
    }

    static let axialTarget = Result { try Phantom().target(try Planes.axial((0..<38).map { 100 + Double($0) * 4 })) }
    static let axialBoxes = Result { try patientBoxes(try axialTarget.get()) }

    /// Every box differs by no more than two voxels of registration from the one that plain axial slices give.
    func expectSame(_ planes: [PlaneGeometry]) throws {
        let found = try Self.patientBoxes(try Phantom().target(planes))
        for (organ, pair) in zip(try Self.axialBoxes.get(), found).enumerated() {
            for (side, values) in zip(pair.0, pair.1).enumerated() {
                let difference = abs(values.0 - values.1)
                #expect(difference <= 2 * AtlasTarget.edge, "organ \(organ), side \(side)")
            }
        }
    }

    @Test("Slices given from head to feet, rows from left to right")
    func whenDescendingAndTurned_thenSamePlaces() throws {
        try expectSame(
            try (0..<38).map { index in
                try Planes.plane(
                    corner: Vector3(220, 132, 248 - Double(index) * 4),
                    row: Vector3(-1, 0, 0),
                    column: Vector3(0, -1, 0),
                    size: (columns: 184, rows: 110)
                )
            }
        )
    }

    @Test("Sagittal slices")
    func whenSagittal_thenSamePlaces() throws {
        try expectSame(
            try (0..<110).map { index in
                try Planes.plane(
                    corner: Vector3(-220 + Double(index) * 4, -132, 250),
                    row: Vector3(0, 1, 0),
                    column: Vector3(0, 0, -1),
                    size: (columns: 110, rows: 63)
                )
            }
        )
    }

    @Test("Oblique slices, tipped by 12 degrees")
    func whenOblique_thenSamePlaces() throws {
        let angle = 12 * Double.pi / 180
        let column = Vector3(0, cos(angle), sin(angle))
        let normal = Vector3(1, 0, 0).cross(column)
        try expectSame(
            try (0..<48).map { index in
                try Planes.plane(
                    corner: Vector3(-220, 0, 174) + column * -140 + normal * (4 * Double(index - 24)),
                    row: Vector3(1, 0, 0),
                    column: column,
                    size: (columns: 184, rows: 118)
                )
            }
        )
    }

    @Test("A tilted gantry: planes stay axial and shift from one to the next")
    func whenSheared_thenSamePlaces() throws {
        try expectSame(
            try (0..<38).map { index in
                try Planes.plane(
                    corner: Vector3(-220, -150 + Double(index), 100 + Double(index) * 4),
                    row: Vector3(1, 0, 0),
                    column: Vector3(0, 1, 0),
                    size: (columns: 184, rows: 126)
                )
            }
        )
    }

    @Test("Uneven steps")
    func whenStepsAreUneven_thenSamePlaces() throws {
        let heights = (0..<46).map { index -> Double in
            let extra = index % 3 == 0 ? 1.2 : 0.0
            return 100 + Double(index) * 3.3 + extra
        }
        try expectSame(try Planes.axial(heights))
    }

    @Test("An atlas that is stored mirrored gives the same places, because geometry says where left is")
    func whenAtlasIsStoredMirrored_thenSamePlaces() throws {
        let mirrored = Phantom().atlas(
            size: GridSize(x: 150, y: 90, z: 100),
            affine: Affine3D(
                xColumn: Vector3(-3, 0, 0),
                yColumn: Vector3(0, 3, 0),
                zColumn: Vector3(0, 0, -3),
                translation: Vector3(223.5, -133.5, 298.5)
            )
        )
        let found = try Self.patientBoxes(try Self.axialTarget.get(), atlas: mirrored)
        for (expected, box) in zip(try Self.axialBoxes.get(), found) {
            for (one, other) in zip(expected, box) { #expect(abs(one - other) <= 2.4) }
        }
        // The liver is on the patient's right: x is negative in LPS.
        #expect(found[0][0] < -80)
    }
}
