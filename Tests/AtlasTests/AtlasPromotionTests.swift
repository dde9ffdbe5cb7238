import Atlas
import DurableFiles
import Foundation
import Geometry
import TestSupport
import Testing

@Suite("Promoted atlases")
struct AtlasPromotionTests {
    private func withAtlases(_ body: (AtlasPromotionFile) throws -> Void) throws {
        try withTemporaryFolder { folder in
            let place = RawPath(folder.path)
            let size = GridSize(x: 4, y: 4, z: 4)
            let affine = Affine3D(
                xColumn: Vector3(1, 0, 0),
                yColumn: Vector3(0, 1, 0),
                zColumn: Vector3(0, 0, 1),
                translation: .zero
            )
            for name in ["first", "second"] {
                let builder = AtlasBuilder(
                    name: name,
                    modality: .ct,
                    provenance: "a test",
                    licence: "CC0-1.0",
                    labels: [AtlasLabel(id: 1, name: "liver")]
                )
                try builder.build(
                    intensities: IntensityVolume(
                        size: size,
                        affine: affine,
                        values: (0..<64).map { Float($0) },
                        modality: .ct
                    ),
                    labels: LabelVolume(size: size, affine: affine, values: (0..<64).map { $0 < 8 ? 1 : 0 }),
                    into: place
                )
            }
            try body(AtlasPromotionFile(folder: place))
        }
    }

    @Test("The last set counts, going back goes one step, and the history keeps every step")
    func whenSetsArePromotedAndTakenBack_thenTheStackSays() throws {
        try withAtlases { file in
            #expect(try file.promote(["first"], for: "ct", by: "anna", reason: "one"))
            #expect(try file.promote(["first", "second"], for: "ct", by: "anna", reason: "two"))
            #expect(try !file.promote(["first", "second"], for: "ct", by: "anna", reason: "again"))
            #expect(try file.read().current("ct")?.atlases.map(\.name) == ["first", "second"])
            #expect(try file.read().current("mr") == nil)
            try file.rollBack("ct", by: "bert", reason: "worse")
            #expect(try file.read().current("ct")?.atlases.map(\.name) == ["first"])
            try file.rollBack("ct", by: "bert", reason: "worse")
            #expect(try file.read().current("ct") == nil)
            #expect(throws: AtlasPromotionError.nothingPromoted(profile: "ct")) {
                try file.rollBack("ct", by: "bert", reason: "worse")
            }
            #expect(try file.read().history.count == 4)
        }
    }

    @Test("Nothing is promoted over a set that somebody else promoted meanwhile, or that is not whole")
    func whenThingsChanged_thenNothingIsSwitched() throws {
        try withAtlases { file in
            try file.promote(["first"], for: "ct", by: "anna", reason: "one")
            #expect(throws: AtlasPromotionError.changedMeanwhile(profile: "ct")) {
                try file.promote(["second"], for: "ct", replacing: .some(nil), by: "gate", reason: "two")
            }
            #expect(throws: (any Error).self) { try file.promote(["third"], for: "ct", by: "anna", reason: "no such") }
            #expect(throws: AtlasPromotionError.noSet) {
                try file.promote(["first", "first"], for: "ct", by: "anna", reason: "twice")
            }
            #expect(try file.read().current("ct")?.reason == "one")
        }
    }

    @Test("A way back to an atlas that has other contents now is refused, and nothing changes")
    func whenAnOlderAtlasWasExchanged_thenGoingBackIsRefused() throws {
        try withAtlases { file in
            try file.promote(["first"], for: "ct", by: "anna", reason: "one")
            try file.promote(["second"], for: "ct", by: "anna", reason: "two")
            let description = file.folder.appending("first").appending(AtlasPackage.descriptionName)
            let text = String(decoding: try ReadOnlyFile(description).readAll(), as: UTF8.self)
            try AtomicFile.write(Array(text.replacingOccurrences(of: "a test", with: "another").utf8), to: description)
            #expect(throws: AtlasPromotionError.changed(name: "first")) {
                try file.rollBack("ct", by: "anna", reason: "worse")
            }
            #expect(try file.read().current("ct")?.atlases.map(\.name) == ["second"])
        }
    }

    @Test("A file that cannot be read is an error and not an empty list")
    func whenTheFileIsDamaged_thenItIsSaid() throws {
        try withAtlases { file in
            try AtomicFile.write(Array("{".utf8), to: file.folder.appending(AtlasPromotions.fileName))
            #expect(throws: AtlasPromotionError.self) { try file.read() }
        }
    }
}
