import ArgumentParser
import DurableFiles
import Foundation
import TestSupport
import Testing

@testable import Commands

@Suite("The words of 'preread evaluate'")
struct EvaluateCommandTests {
    @Test(
        "one series against labels, or the cases of a manifest",
        arguments: [
            ["folder", "--result", "r", "--labels", "l.nii"], ["--cases", "m.json"],
            ["--cases", "m.json", "--role", "validation", "--protocol", "sam-med2d", "--html", "e.html", "--json"],
        ]
    )
    func whenTheWordsFit_thenTheyAreTaken(words: [String]) throws {
        let command = try EvaluateCommand.parse(words)
        #expect((command.reviewed.cases == nil) == (command.folder != nil))
    }

    @Test(
        "a mixture of both, and half of either, is wrong use",
        arguments: [
            [], ["folder"], ["folder", "--result", "r"], ["folder", "--cases", "m.json"],
            ["--cases", "m.json", "--labels", "l.nii"], ["folder", "--result", "r", "--labels", "l", "--html", "e"],
            ["--cases", "m.json", "--role", "exam"], ["--cases", "m.json", "--protocol", "other"],
            ["--cases", "m.json", "--tolerance", "-1"], ["--cases", "m.json", "--tolerance", "nan"],
        ]
    )
    func whenTheWordsDoNotFit_thenTheyAreRefused(words: [String]) {
        #expect(throws: (any Error).self) { try EvaluateCommand.parse(words) }
    }

    @Test("a manifest that is not there, and one that was changed, end in words")
    func whenTheManifestCannotBeUsed_thenTheFailureSaysWhy() async throws {
        try await withTemporaryFolder { folder in
            let path = folder.appending(path: "m.json").path
            let command = try EvaluateCommand.parse(["--cases", path])
            await #expect(throws: (any Error).self) { try await command.run() }
            try AtomicFile.write(Array("{}".utf8), to: RawPath(path))
            do {
                try await command.run()
                Issue.record("a manifest of nothing was taken")
            } catch {
                #expect(CommandFailure(describing: error).status == .findings)
                #expect(CommandFailure(describing: error).message.contains("manifest of cases"))
            }
        }
    }
}
