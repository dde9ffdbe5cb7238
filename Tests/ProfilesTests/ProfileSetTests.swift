import DurableFiles
import Foundation
import Profiles
import TestSupport
import Testing

@Suite("A folder of profiles is loaded whole or not at all")
struct ProfileSetTests {
    /// A folder with the shipped schema and code table and the given profiles.
    private func withProfiles(_ files: [String: String], _ body: (RawPath) throws -> Void) throws {
        try withTemporaryFolder { folder in
            let shipped = SharedFiles.repository.appending(path: "profiles")
            for name in [ProfileReader.schemaName, ProfileReader.codesName] {
                try FileManager.default.copyItem(
                    at: shipped.appending(path: name),
                    to: folder.appending(path: name)
                )
            }
            for (name, text) in files { _ = try write(text, to: name, in: folder) }
            try body(RawPath(folder.path(percentEncoded: false)))
        }
    }

    private func problems(_ folder: RawPath) throws -> [ProfileError.Problem] {
        do {
            _ = try ProfileSet.load(folder)
            return []
        } catch {
            return error.problems
        }
    }

    @Test func profilesComeInTheOrderOfTheirIds() throws {
        let files = [
            "1.xml": ProfileFixture(id: "b").text, "2.XML": ProfileFixture(id: "a").text, ".c.xml": "<", "d": "<",
        ]
        try withProfiles(files) { folder in
            let set = try ProfileSet.load(folder)
            #expect(set.profiles.map(\.id) == ["a", "b"])
        }
    }

    @Test func idsThatOccurTwiceAreAnErrorThatNamesBothFiles() throws {
        let files = ["1.xml": ProfileFixture(id: "a").text, "2.xml": ProfileFixture(id: "a").text]
        try withProfiles(files) { folder in
            let problem = try #require(try problems(folder).first)
            #expect(problem.file.hasSuffix("/2.xml"))
            #expect(problem.message.contains("the id a is that of") && problem.message.contains("/1.xml"))
        }
    }

    @Test func problemsOfAllFilesAreReportedTogether() throws {
        let files = [
            "1.xml": ProfileFixture(id: "a", rules: "<gate/>").text, "2.xml": "<profile",
            "3.xml": ProfileFixture(id: "b").text, "4.xml": ProfileFixture(id: "b").text,
        ]
        try withProfiles(files) { folder in
            let names = try problems(folder).map { URL(fileURLWithPath: $0.file).lastPathComponent }
            #expect(Set(names) == ["1.xml", "2.xml", "4.xml"])
        }
    }

    @Test func aFolderWithoutProfilesIsAnError() throws {
        try withProfiles([:]) { folder in
            let problem = try #require(try problems(folder).first)
            #expect(problem.message.contains("no profile"))
        }
    }

    @Test func aMissingSchemaIsNamed() throws {
        try withTemporaryFolder { folder in
            _ = try write(ProfileFixture().text, to: "a.xml", in: folder)
            let problem = try #require(try problems(RawPath(folder.path(percentEncoded: false))).first)
            #expect(problem.file.hasSuffix("profile.xsd"))
            #expect(problem.message.contains("cannot be read"))
        }
    }

    @Test func aMissingFolderIsAnError() throws {
        #expect(try problems(RawPath("/nowhere/at/all")).isEmpty == false)
    }
}

@Suite("The code table is strict")
struct CodeTableTests {
    private func problem(_ text: String) throws -> ProfileError.Problem? {
        do {
            _ = try CodeTable(text: text, file: "codes.tsv")
            return nil
        } catch {
            return error.problems.first
        }
    }

    @Test func theShippedTableLoads() throws {
        #expect(try CodeTable(path: shippedProfiles.appending("codes.tsv")).count > 50)
    }

    @Test(arguments: [
        ("SCT\t1\tLiver\ttype", "4 columns instead of 5"),
        ("SCT\t1\tLiver\torgan\tCID 1", #"the use "organ" is unknown"#),
        ("SCT\t\tLiver\ttype\tCID 1", "is empty, too long or not plain ASCII"),
        ("SCT\t1\tLeber ä\ttype\tCID 1", "is empty, too long or not plain ASCII"),
        ("SCT\t12345678901234567\tLiver\ttype\tCID 1", "is empty, too long or not plain ASCII"),
        ("SCT\t1\tLiver\ttype\tx\nSCT\t1\tLiver\ttype\tx", "is in the table already"),
    ])
    func aBadLineIsRefusedWithItsNumber(_ lines: String, _ message: String) throws {
        let problem = try #require(try problem("# note\nscheme\tvalue\tmeaning\tuse\tsource\n\n" + lines + "\n"))
        #expect(problem.message.contains(message))
        #expect(problem.line == 3 + lines.split(separator: "\n").count)
    }
}
