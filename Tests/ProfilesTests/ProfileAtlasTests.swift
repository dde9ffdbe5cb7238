import Atlas
import DurableFiles
import Foundation
import Profiles
import TestSupport
import Testing

@Suite("Profiles are held against the atlases that are there")
struct ProfileAtlasTests {
    private let set: ProfileSet

    init() throws {
        set = try ProfileSet([ProfileFixture().profile()])
    }

    /// A package's description with one structure, in `small/` of the folder.
    private func writeAtlas(label: String, in folder: URL) throws {
        let description = """
            {"formatVersion": \(AtlasDescription.currentFormatVersion), "name": "small", "modality": "CT",
             "provenance": "made by a test", "licence": "CC0-1.0", "size": {"x": 2, "y": 2, "z": 2},
             "affineRows": [[1, 0, 0, 0], [0, 1, 0, 0], [0, 0, 1, 0]], "labels": [{"id": 1, "name": "\(label)"}],
             "intensityFile": {"file": "i.i16", "element": "i16", "sha256": "\(SHA256Digest(of: []))"},
             "labelFile": {"file": "l.u8", "element": "u8", "sha256": "\(SHA256Digest(of: []))"}}
            """
        let package = folder.appending(path: "small")
        try FileManager.default.createDirectory(at: package, withIntermediateDirectories: true)
        _ = try write(description, to: AtlasPackage.descriptionName, in: package)
    }

    private func path(_ folder: URL) -> RawPath {
        RawPath(folder.path(percentEncoded: false))
    }

    @Test func aMissingAtlasIsMissingButNoProblem() throws {
        try withTemporaryFolder { folder in
            #expect(set.missingAtlases(in: path(folder)) == ["small"])
            #expect(set.atlasProblems(in: path(folder)).isEmpty)
        }
    }

    @Test func anAtlasWithTheStructuresFits() throws {
        try withTemporaryFolder { folder in
            try writeAtlas(label: "kidney_left", in: folder)
            #expect(set.missingAtlases(in: path(folder)).isEmpty)
            #expect(set.atlasProblems(in: path(folder)).isEmpty)
        }
    }

    @Test func anAtlasWithoutAStructureIsAProblemAtTheSegmentsLine() throws {
        try withTemporaryFolder { folder in
            try writeAtlas(label: "Kidney_Left", in: folder)
            let problem = try #require(set.atlasProblems(in: path(folder)).first)
            #expect(problem.file == "test.xml")
            #expect(problem.line == 11)
            #expect(problem.message == "the atlas small has no structure named kidney_left")
            #expect(problem.remedy == #"Write atlasLabel="Kidney_Left""#)
        }
    }

    @Test func aBrokenAtlasIsAProblem() throws {
        try withTemporaryFolder { folder in
            try writeAtlas(label: "\" broken", in: folder)
            let problem = try #require(set.atlasProblems(in: path(folder)).first)
            #expect(problem.message.hasPrefix("the atlas small cannot be used"))
        }
    }

    @Test func otherStructuresAreListedWhereNoneIsNear() throws {
        let problem = try #require(try ProfileFixture().profile().problems(withAtlasLabels: ["spleen", "liver"]).first)
        #expect(problem.remedy == "Use one of: liver, spleen")
    }
}
