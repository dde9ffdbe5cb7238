import ArgumentParser
import Foundation
import Testing

@testable import Commands

@Suite struct CommandLineTests {
    private static let tables: [any ParsableCommand.Type] = [
        AnnotateCommand.self, StatusCommand.self, JobsListCommand.self, QuarantineListCommand.self,
        ProfilesCheckCommand.self, ProfilesExplainCommand.self, AtlasBuildCommand.self, AtlasShowCommand.self,
        ModelsImportCommand.self, ModelsListCommand.self, ModelsShowCommand.self, ModelsVerifyCommand.self,
        EvaluateCommand.self, BenchCommand.self, DoctorCommand.self,
    ]

    private static func commands(below root: any ParsableCommand.Type) -> [any ParsableCommand.Type] {
        [root] + root.configuration.subcommands.flatMap { commands(below: $0) }
    }

    @Test func everyCommandThatPrintsATableHasJSON() {
        for command in Self.tables {
            let help = PrereadCommand.helpMessage(for: command, columns: 120)
            #expect(help.contains("--json"), "\(command)")
        }
    }

    @Test func everyCommandSaysWhatItIsFor() {
        for command in Self.commands(below: PrereadCommand.self) {
            #expect(!command.configuration.abstract.isEmpty, "\(command)")
        }
    }

    @Test(arguments: [
        ["annotate", "in"], ["annotate", "in", "--output", "out", "--profile", "p", "--prompts", "f"],
        ["annotate", "in", "--output", "out", "--precision", "fp64"], ["bench", "--precision", "fp8"],
        ["bench", "--threads", "0"],
        ["bench", "--threads", "100000"], ["bench", "--runs", "0"], ["jobs", "retry", "first"],
        ["models", "verify", "m", "--golden", "g", "--tolerance", "-1"], ["no-such-verb"],
    ])
    func wrongUseIsRefusedBeforeAnythingIsDone(arguments: [String]) throws {
        let error = try #require(throws: (any Error).self) { try PrereadCommand.parseAsRoot(arguments) }
        #expect(PrereadCommand.exitCode(for: error) == .validationFailure)
    }

    @Test func numbersThatAreNoneDoNotBreakJSON() throws {
        let data = try JSONOutput.encode(["worst": Float.nan, "best": 0.5])
        #expect(String(decoding: data, as: UTF8.self) == "{\n  \"best\" : 0.5,\n  \"worst\" : \"nan\"\n}")
    }
}
