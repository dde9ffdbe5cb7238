import DurableFiles
import Foundation
import Profiles
import TestSupport
import Testing

@Suite("Profiles of a running service follow their files, and stay when the files are bad")
struct ProfileCatalogueTests {
    /// A folder with one profile, its schema and its codes.
    private func withFolder(_ body: (URL, RawPath) throws -> Void) throws {
        try withTemporaryFolder { folder in
            let shipped = SharedFiles.repository.appending(path: "profiles")
            for name in [ProfileReader.schemaName, ProfileReader.codesName] {
                try FileManager.default.copyItem(at: shipped.appending(path: name), to: folder.appending(path: name))
            }
            _ = try write(ProfileFixture(id: "a").text, to: "a.xml", in: folder)
            try body(folder, RawPath(folder.path(percentEncoded: false)))
        }
    }

    private func edited(_ old: String, _ new: String) -> String {
        ProfileFixture(id: "a").text.replacingOccurrences(of: old, with: new)
    }

    private func isLoaded(_ reload: ProfileCatalogue.Reload) -> Bool {
        if case .loaded = reload { true } else { false }
    }

    @Test func anEditIsTakenWhenTwoLooksFindItAlike() throws {
        try withFolder { folder, path in
            let catalogue = try ProfileCatalogue(path)
            #expect(catalogue.reload() == .unchanged)
            _ = try write(edited(#"version="1.0""#, #"version="1.10""#), to: "a.xml", in: folder)
            #expect(catalogue.reload() == .unchanged, "it could still be being written")
            #expect(isLoaded(catalogue.reload()))
            #expect(catalogue.current.profile(id: "a")?.version == "1.10")
            #expect(catalogue.state.revision == 2 && catalogue.reload() == .unchanged)
        }
    }

    @Test func aBadEditIsRefusedOnceWithItsLineAndTheOldSetStays() throws {
        try withFolder { folder, path in
            let catalogue = try ProfileCatalogue(path)
            let before = catalogue.current
            _ = try write(edited("<title>Test</title>", "<title>Test</title><gate/>"), to: "a.xml", in: folder)
            #expect(catalogue.reload() == .unchanged)
            guard case .refused(let error) = catalogue.reload() else {
                Issue.record("a bad profile was not refused")
                return
            }
            #expect(error.problems.first?.line == 3)
            #expect(catalogue.current == before && catalogue.state.revision == 1)
            #expect(catalogue.state.problems == error.problems)
            #expect(catalogue.reload() == .unchanged, "the same fault is told once")
            _ = try write(ProfileFixture(id: "a", priority: 4).text, to: "a.xml", in: folder)
            #expect(catalogue.reload() == .unchanged && isLoaded(catalogue.reload()))
            #expect(catalogue.state.problems.isEmpty && catalogue.current.profiles.first?.priority == 4)
        }
    }

    @Test func versionsThatWereInUseCanStillBeHad() throws {
        try withFolder { folder, path in
            let catalogue = try ProfileCatalogue(path)
            let first = try #require(catalogue.current.profile(id: "a"))
            _ = try write(ProfileFixture(id: "a", priority: 4).text, to: "a.xml", in: folder)
            _ = (catalogue.reload(), catalogue.reload())
            #expect(catalogue.versions(of: "a").map(\.priority) == [4, 0])
            #expect(catalogue.versions(of: "a").last == first)
            _ = try write(ProfileFixture(id: "b").text, to: "b.xml", in: folder)
            try FileManager.default.removeItem(at: folder.appending(path: "a.xml"))
            _ = (catalogue.reload(), catalogue.reload())
            #expect(catalogue.current.profiles.map(\.id) == ["b"])
            #expect(catalogue.versions(of: "a").map(\.priority) == [4, 0])
            #expect(catalogue.versions(of: "c").isEmpty)
        }
    }

    @Test func aSetThatCannotBeUsedHereIsRefusedToo() throws {
        try withFolder { folder, path in
            let catalogue = try ProfileCatalogue(path) { set in
                set.profiles.filter { $0.priority > 5 }.map {
                    ProfileError.Problem(file: $0.file, line: nil, message: "the model is missing", remedy: "Import it")
                }
            }
            _ = try write(ProfileFixture(id: "a", priority: 6).text, to: "a.xml", in: folder)
            _ = (catalogue.reload(), catalogue.reload())
            #expect(catalogue.state.problems.map(\.message) == ["the model is missing"])
            #expect(catalogue.current.profiles.first?.priority == 0)
        }
    }

    @Test func aFolderThatIsGoneKeepsTheProfiles() throws {
        try withFolder { folder, path in
            let catalogue = try ProfileCatalogue(path)
            try FileManager.default.removeItem(at: folder)
            _ = (catalogue.reload(), catalogue.reload())
            #expect(!catalogue.state.problems.isEmpty && catalogue.current.profiles.count == 1)
        }
    }

    @Test func aBadFolderIsRefusedAtTheStart() throws {
        try withFolder { folder, path in
            _ = try write("<profile", to: "b.xml", in: folder)
            #expect(throws: ProfileError.self) { try ProfileCatalogue(path) }
        }
    }
}
