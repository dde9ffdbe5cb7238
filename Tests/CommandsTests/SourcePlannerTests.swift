import ArgumentParser
import DICOMFiles
import DurableFiles
import Foundation
import Pipeline
import Profiles
import TestSupport
import Testing

@testable import Commands

@Suite struct SourcePlannerTests {
    /// The profiles of the repository without any atlas.
    private func withProfiles<Result>(_ body: (ProfileFolderOptions, URL) throws -> Result) throws -> Result {
        try withTemporaryFolder { folder in
            let original = SharedFiles.repository.appending(path: "profiles")
            for name in ["ct-abdomen.xml", "profile.xsd", "codes.tsv"] {
                try FileManager.default.copyItem(at: original.appending(path: name), to: folder.appending(path: name))
            }
            return try body(try ProfileFolderOptions.parse(["--profiles", folder.path]), folder)
        }
    }

    private func promptFile(naming sop: String, in folder: URL) throws -> String {
        let text = """
            {"segments":[{"label":"Liver","category":["123037004","SCT","Anatomical Structure"],
            "type":["10200004","SCT","Liver"],"prompts":[{"sop":"\(sop)","box":[1,2,9,8]}]}]}
            """
        let file = folder.appending(path: "prompts.json")
        try Data(text.utf8).write(to: file)
        return file.path
    }

    private func reason(_ choice: SourcePlanner.Choice) -> String? {
        guard case .noMatch(let reason) = choice else { return nil }
        return reason
    }

    @Test func aSeriesThatNoProfileFitsSaysWhichRuleFailed() throws {
        try withProfiles { options, _ in
            let planner = try SourcePlanner(prompts: nil, profile: nil, folder: options)
            let reason = try #require(reason(try planner.source(for: try ConformanceSeries.read("mr"))))
            #expect(reason.contains("Modality"))
        }
    }

    @Test func aProfileWhoseAtlasIsMissingIsChosenWithoutOne() throws {
        try withProfiles { options, _ in
            let planner = try SourcePlanner(prompts: nil, profile: "ct-abdomen", folder: options)
            let series = try ConformanceSeries.read("plain")
            guard case .chosen(.profile(let profile, let atlases)) = try planner.source(for: series) else {
                Issue.record("the profile that was named was not chosen")
                return
            }
            #expect(profile.id == "ct-abdomen" && atlases.isEmpty)
        }
    }

    @Test func anUnknownProfileIsWrongUseAndTheKnownOnesAreNamed() throws {
        try withProfiles { options, _ in
            let failure = try #require(throws: CommandFailure.self) {
                try SourcePlanner(prompts: nil, profile: "ct-thorax", folder: options)
            }
            #expect(failure.status == .wrongUse)
            #expect(failure.message.contains("ct-abdomen"))
        }
    }

    @Test func promptsServeTheSeriesWhoseImagesTheyNameAndNoOther() throws {
        try withProfiles { options, folder in
            let series = try ConformanceSeries.read("plain")
            let sop = try #require(series.headers.first?.sopInstanceUID)
            let planner = try SourcePlanner(
                prompts: try promptFile(naming: sop, in: folder),
                profile: nil,
                folder: options
            )
            guard case .chosen(.prompts(let file, _)) = try planner.source(for: series) else {
                Issue.record("the prompts of the series were not chosen")
                return
            }
            #expect(file.segments.map(\.label) == ["Liver"])
            // Prompts say nothing of the arithmetic: the command does.
            #expect(planner.precision(for: .prompts(file, digest: SHA256Digest(of: [UInt8]()))) == nil)
            #expect(reason(try planner.source(for: try ConformanceSeries.read("mr")))?.contains("prompts") == true)
        }
    }

    @Test func aPromptFileThatIsNoneIsWrongUse() throws {
        try withProfiles { options, folder in
            let file = folder.appending(path: "prompts.json")
            try Data("no prompts".utf8).write(to: file)
            let failure = try #require(throws: CommandFailure.self) {
                try SourcePlanner(prompts: file.path, profile: nil, folder: options)
            }
            #expect(failure.status == .wrongUse)
            #expect(failure.message.hasPrefix(file.path))
        }
    }

    @Test func theReportOfASeriesIsTheSameJSONEveryTime() throws {
        let series = try ConformanceSeries.read("plain")
        let report = SeriesReport(series, status: .needsPrompt, message: "WEAK_PRIOR: give boxes")
        let text = String(decoding: try JSONOutput.encode([report]), as: UTF8.self)
        #expect(
            text == """
                [
                  {
                    "message" : "WEAK_PRIOR: give boxes",
                    "notFound" : [

                    ],
                    "segments" : [

                    ],
                    "seriesInstanceUID" : "\(series.seriesInstanceUID)",
                    "status" : "needs-prompt",
                    "warnings" : [

                    ]
                  }
                ]
                """
        )
    }
}
