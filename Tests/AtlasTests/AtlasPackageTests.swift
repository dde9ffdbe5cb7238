import Atlas
import DurableFiles
import Foundation
import Geometry
import TestSupport
import Testing

@Suite("Atlas packages")
struct AtlasPackageTests {
    let image = NIfTIImage(
        size: GridSize(x: 4, y: 3, z: 2),
        affine: Affine3D(
            xColumn: Vector3(-3, 0, 0),
            yColumn: Vector3(0, 3, 0),
            zColumn: Vector3(0, 0, 5),
            translation: Vector3(1, 2, 3)
        ),
        values: (0..<24).map { Float($0) * 50 - 1000 }
    )

    var labels: NIfTIImage {
        NIfTIImage(size: image.size, affine: image.affine, values: (0..<24).map { Float($0 % 4) })
    }

    func builder(_ table: [AtlasLabel]? = nil) -> AtlasBuilder {
        let liver = AtlasCode(value: "10200004", scheme: "SCT", meaning: "Liver")
        return AtlasBuilder(
            name: "abdomen",
            modality: .ct,
            provenance: "made by a test",
            licence: "CC0-1.0",
            labels: table ?? [AtlasLabel(id: 2, name: "spleen"), AtlasLabel(id: 1, name: "liver", code: liver)]
        )
    }

    func names(_ folder: URL) throws -> [String] {
        try FileManager.default.contentsOfDirectory(atPath: folder.path).sorted()
    }

    @Test("What was built is what is loaded, with labels that were not asked for left out")
    func whenBuilt_thenLoadedEqual() throws {
        try withTemporaryFolder { folder in
            let built = try builder().build(image: image, labels: labels, into: RawPath(folder.path))
            let atlas = try AtlasPackage.load(RawPath(folder.path).appending("abdomen"))
            #expect(atlas.description == built)
            #expect(atlas.description.label(named: "liver")?.code?.value == "10200004")
            #expect(atlas.description.labels.map(\.id) == [1, 2])
            #expect(atlas.intensities.values == image.values)
            #expect(atlas.intensities.affine == image.affine)
            #expect(atlas.labels.presentLabels == [1, 2])
            #expect(try names(folder) == ["abdomen"])
            let files = try names(folder.appending(path: "abdomen"))
            #expect(files == ["atlas.json", "intensity.i16", "labels.u8"])
        }
    }

    @Test("Values that are no whole numbers are kept as floats")
    func whenValuesAreFractions_thenFloats() throws {
        let fractions = NIfTIImage(size: image.size, affine: image.affine, values: image.values.map { $0 + 0.25 })
        try withTemporaryFolder { folder in
            try builder().build(image: fractions, labels: labels, into: RawPath(folder.path))
            let atlas = try AtlasPackage.load(RawPath(folder.path).appending("abdomen"))
            #expect(atlas.intensities.values == fractions.values)
        }
    }

    @Test("A volume that was changed later is refused", arguments: ["intensity.i16", "labels.u8"])
    func whenVolumeChanges_thenDigestMismatch(file: String) throws {
        try withTemporaryFolder { folder in
            try builder().build(image: image, labels: labels, into: RawPath(folder.path))
            let path = folder.appending(path: "abdomen/\(file)")
            var bytes = Array(try Data(contentsOf: path))
            bytes[5] ^= 1
            try Data(bytes).write(to: path)
            #expect(throws: AtlasPackageError.digestMismatch(file: file)) {
                _ = try AtlasPackage.load(RawPath(folder.path).appending("abdomen"))
            }
            try Data(bytes.dropLast()).write(to: path)
            let error = AtlasPackageError.wrongLength(file: file, bytes: bytes.count - 1, expected: bytes.count)
            #expect(throws: error) { _ = try AtlasPackage.load(RawPath(folder.path).appending("abdomen")) }
        }
    }

    @Test("An atlas of the same name stays as it is, and nothing is left lying about")
    func whenNameIsTaken_thenOldAtlasStays() throws {
        try withTemporaryFolder { folder in
            try builder().build(image: image, labels: labels, into: RawPath(folder.path))
            let other = NIfTIImage(size: image.size, affine: image.affine, values: image.values.map { $0 + 1 })
            #expect(throws: AtlasPackageError.exists("abdomen")) {
                try builder().build(image: other, labels: labels, into: RawPath(folder.path))
            }
            #expect(try names(folder) == ["abdomen"])
            let atlas = try AtlasPackage.load(RawPath(folder.path).appending("abdomen"))
            #expect(atlas.intensities.values == image.values)
        }
    }

    @Test("Labels that lie elsewhere, are missing or are named twice are refused")
    func whenInputDoesNotFit_thenError() throws {
        try withTemporaryFolder { folder in
            let path = RawPath(folder.path)
            let moved = NIfTIImage(size: image.size, affine: .identity, values: labels.values)
            #expect(throws: AtlasPackageError.gridsDiffer) {
                try builder().build(image: image, labels: moved, into: path)
            }
            let tables = [
                [], [AtlasLabel(id: 9, name: "kidney")], [AtlasLabel(id: 0, name: "air")],
                [AtlasLabel(id: 1, name: "liver"), AtlasLabel(id: 2, name: "liver")],
                [AtlasLabel(id: 1, name: "liver"), AtlasLabel(id: 1, name: "spleen")],
            ]
            for table in tables {
                #expect(throws: AtlasPackageError.self) {
                    try builder(table).build(image: image, labels: labels, into: path)
                }
            }
            let left = try names(folder)
            #expect(left.isEmpty)
        }
    }

    @Test("A description that points out of its folder, or is no description, is refused")
    func whenDescriptionIsHostile_thenError() throws {
        try withTemporaryFolder { folder in
            try builder().build(image: image, labels: labels, into: RawPath(folder.path))
            let path = folder.appending(path: "abdomen/atlas.json")
            let text = try String(contentsOf: path, encoding: .utf8)
            let changes = [
                ("labels.u8", "../labels.u8"), ("\"formatVersion\" : 1", "\"formatVersion\" : 2"), ("\"CT\"", "\"XX\""),
                ("\"x\" : 4", "\"x\" : 40"), ("\"x\" : 4", "\"x\" : 0"), ("{", "["),
                ("\"x\" : 4", "\"x\" : 9223372036854775807"),
            ]
            for (old, new) in changes {
                try text.replacingOccurrences(of: old, with: new).write(to: path, atomically: true, encoding: .utf8)
                #expect(throws: AtlasPackageError.self, "\(old) → \(new)") {
                    _ = try AtlasPackage.load(RawPath(folder.path).appending("abdomen"))
                }
            }
        }
    }
}
