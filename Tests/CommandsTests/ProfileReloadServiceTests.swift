import DurableFiles
import Foundation
import Ledger
import Logging
import Profiles
import TestSupport
import Testing

@testable import Commands

@Suite("A running service tells how changed profiles fared")
struct ProfileReloadServiceTests {
    private func withService(_ body: (URL, ProfileReloadService) async throws -> Void) async throws {
        try await withTemporaryFolder { folder in
            let profiles = folder.appending(path: "profiles")
            try FileManager.default.createDirectory(at: profiles, withIntermediateDirectories: true)
            let shipped = SharedFiles.repository.appending(path: "profiles")
            for name in ["ct-abdomen.xml", "profile.xsd", "codes.tsv"] {
                try FileManager.default.copyItem(at: shipped.appending(path: name), to: profiles.appending(path: name))
            }
            try await body(
                profiles.appending(path: "ct-abdomen.xml"),
                ProfileReloadService(
                    catalogue: ProfileCatalogue(RawPath(profiles.path)),
                    ledger: InMemoryLedger(),
                    stateFile: RawPath(folder.appending(path: "state.json").path),
                    interval: .seconds(1),
                    logger: Logger(label: "test") { _ in SwiftLogNoOpLogHandler() }
                )
            )
        }
    }

    private func edit(_ file: URL, _ old: String, _ new: String) throws {
        let text = try String(contentsOf: file, encoding: .utf8)
        try #require(text.contains(old))
        try Data(text.replacingOccurrences(of: old, with: new).utf8).write(to: file)
    }

    @Test func aGoodEditIsInUseAndToldWithItsVersion() async throws {
        try await withService { file, service in
            try edit(file, #"id="ct-abdomen" version=""#, #"id="ct-abdomen" version="9"#)
            await service.round()
            #expect(ProfileStateFile.read(service.stateFile) == nil, "a file that is being written is left alone")
            await service.round()
            let state = try #require(ProfileStateFile.read(service.stateFile))
            #expect(state.revision == 2 && state.problems.isEmpty)
            #expect(state.profiles.first?.version.hasPrefix("9") == true)
        }
    }

    @Test func aBadEditIsToldWithItsLineAndTheOldProfilesStay() async throws {
        try await withService { file, service in
            let before = service.catalogue.current
            try edit(file, "<segments>", "<gate/>\n    <segments>")
            await service.round()
            await service.round()
            let state = try #require(ProfileStateFile.read(service.stateFile))
            let problem = try #require(state.problems.first)
            #expect(problem.file.hasSuffix("ct-abdomen.xml") && problem.line != nil)
            #expect(problem.message.contains("gate") && !problem.remedy.isEmpty)
            #expect(service.catalogue.current == before && state.revision == 1)
        }
    }

    @Test func aJobFindsTheVersionThatItWasPlannedWith() async throws {
        try await withService { file, service in
            let old = try #require(service.catalogue.current.profile(id: "ct-abdomen"))
            try edit(file, "<title>CT abdomen</title>", "<title>Other</title>")
            await service.round()
            await service.round()
            #expect(service.catalogue.current.profile(id: "ct-abdomen")?.title == "Other")
            #expect(service.catalogue.versions(of: "ct-abdomen").contains(old))
        }
    }
}
