import Foundation
import Geometry
import Testing

@testable import Atlas

@Suite("Heads that are turned")
struct HeadRegistrationTests {
    /// An ellipsoid of 70 × 85 × 60 mm with a bright ventricle and a dark, round mass, that no turn maps onto itself.
    static func intensity(_ point: Vector3) -> Float {
        let head = (point.x / 70) * (point.x / 70) + (point.y / 85) * (point.y / 85) + (point.z / 60) * (point.z / 60)
        guard head < 1 else { return 0 }
        if (point - Vector3(-25, 30, 10)).length < 18 { return 40 }
        if abs(point.x) < 8, abs(point.y + 10) < 35, abs(point.z - 12) < 8 { return 220 }
        return 120
    }

    static func structure(_ point: Vector3) -> Bool { (point - Vector3(-25, 30, 10)).length < 18 }

    /// A volume of the head after a motion of the patient; `motion` maps head to patient.
    static func volume(_ motion: Affine3D, size: GridSize, origin: Vector3) -> (IntensityVolume, LabelVolume) {
        let toHead = invertible(motion)
        let affine = Affine3D(
            xColumn: Vector3(3, 0, 0),
            yColumn: Vector3(0, 3, 0),
            zColumn: Vector3(0, 0, 3),
            translation: origin
        )
        var values: [Float] = []
        var labels: [UInt16] = []
        for z in 0..<size.z {
            for y in 0..<size.y {
                for x in 0..<size.x {
                    let point = toHead(affine(Vector3(Double(x), Double(y), Double(z))))
                    values.append(intensity(point))
                    labels.append(structure(point) ? 1 : 0)
                }
            }
        }
        return (
            IntensityVolume(size: size, affine: affine, values: values, modality: .mr),
            LabelVolume(size: size, affine: affine, values: labels)
        )
    }

    static func target(_ volume: IntensityVolume) throws -> AtlasTarget {
        let planes = try (0..<volume.size.z).map { slice in
            try #require(
                PlaneGeometry(
                    position: volume.affine(Vector3(0, 0, Double(slice))),
                    rowDirection: Vector3(1, 0, 0),
                    columnDirection: Vector3(0, 1, 0),
                    rowSpacing: 3,
                    columnSpacing: 3,
                    rows: volume.size.y,
                    columns: volume.size.x
                )
            )
        }
        let count = volume.size.x * volume.size.y
        return try AtlasTarget(
            planes: planes,
            modality: .mr,
            values: (0..<volume.size.z).map { Array(volume.values[$0 * count..<($0 + 1) * count]) }
        )
    }

    @Test("A head turned by nine degrees about two axes and moved is found", arguments: [(9.0, 0.0, -9.0), (-8, 8, 0)])
    func whenHeadIsTurned_thenItsStructureIsFound(pitch: Double, roll: Double, yaw: Double) throws {
        let size = GridSize(x: 66, y: 76, z: 60)
        let (image, labels) = Self.volume(.identity, size: size, origin: Vector3(-97, -112, -88))
        let atlas = Atlas(
            name: "head",
            intensities: image,
            labels: labels,
            table: [AtlasLabel(id: 1, name: "mass")]
        )
        var motion = HeadRegistration.rotation(pitch: pitch, roll: roll, yaw: yaw)
        motion.translation = Vector3(12, -9, 14)
        let (posed, _) = Self.volume(motion, size: size, origin: Vector3(-90, -120, -80))
        var options = AtlasRegistration.Options()
        options.region = .head
        options.lastStage = .affine
        let alignment = try AtlasRegistration(options: options).register(try Self.target(posed), to: atlas)
        let centre = alignment.map(motion(Vector3(-25, 30, 10)))
        #expect((centre - Vector3(-25, 30, 10)).length < 5)
    }

    @Test("A stem thinner than an arm belongs to a head, and not to a trunk")
    func whenAPartIsThin_thenAHeadKeepsIt() {
        let grid = CanonicalGrid(
            size: GridSize(x: 60, y: 60, z: 40),
            origin: Vector3(-90, -90, 0),
            spacing: Vector3(3, 3, 3)
        )
        let volume = CanonicalVolume(grid: grid, modality: .mr) { point in
            let radius = point.z < 45 ? 12.0 : 60
            return (point.x * point.x + point.y * point.y).squareRoot() < radius ? 100 : 0
        }
        func voxels(_ mask: BodyMask) -> Int { mask.values.prefix(60 * 60 * 10).reduce(0) { $0 + Int($1) } }
        #expect(voxels(BodyMask(volume)) == 0)
        #expect(voxels(BodyMask(volume, opening: BodyMask.headOpeningRadius)) > 10 * 30)
    }

    @Test("A brain without skull is not narrowed by its own intensities: nothing beside it tells it apart")
    func whenALabelFillsTheTrunk_thenIntensitiesLeaveItAlone() throws {
        let size = GridSize(x: 66, y: 76, z: 60)
        let (image, _) = Self.volume(.identity, size: size, origin: Vector3(-97, -112, -88))
        let whole = LabelVolume(size: size, affine: image.affine, values: image.values.map { $0 > 0 ? 1 : 0 })
        let atlas = Atlas(
            name: "head",
            intensities: image,
            labels: whole,
            table: [AtlasLabel(id: 1, name: "brain")]
        )
        var options = AtlasRegistration.Options()
        options.region = .head
        options.lastStage = .affine
        let alignment = try AtlasRegistration(options: options).register(try Self.target(image), to: atlas)
        let planner = BoxPlanner(alignment)
        #expect(planner.boxes(of: 1).source == .registration)
        let area = try #require(planner.priorMask(of: 1, slice: 29)).reduce(0) { $0 + Int($1) }
        let truth = whole.values[29 * 66 * 76..<30 * 66 * 76].reduce(0) { $0 + Int($1) }
        #expect(abs(area - truth) < truth / 20)
    }
}
