import ArgumentParser
import DurableFiles
import Profiles

/// Validates profiles with file, line and remedy.
struct ProfilesCheckCommand: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "check",
        abstract: "Validate profiles; every problem with its file, line and remedy.",
        discussion: """
            Checks the XML against profile.xsd, then what a schema cannot say: codes, patterns, limits, inheritance, and \
            that the atlases have the structures. Ends with status 1 where there is a problem. An atlas that is not installed \
            yet is told and is none.
            """
    )

    @Argument(help: "Profile files. Default: all of the folder of profiles.")
    var files: [String] = []

    @OptionGroup var profiles: ProfileFolderOptions

    @Flag(help: "Print JSON.")
    var json = false

    private struct Line: Encodable {
        let id: String
        let version: String
        let file: String
        let extends: String?
        let active: Bool
        let segments: Int
        let atlases: [String]
        /// Atlases that are not installed: series of the profile wait for a person's prompts.
        let missingAtlases: [String]
    }

    private struct Problem: Encodable {
        let file: String
        let line: Int?
        let message: String
        let remedy: String
    }

    private struct Report: Encodable {
        var profiles: [Line] = []
        var problems: [Problem] = []
    }

    func run() async throws {
        var report = Report()
        do {
            let set =
                files.isEmpty
                ? try ProfileSet.load(profiles.path)
                : try ProfileSet.load(files.map { RawPath($0) }, folder: profiles.path)
            report.profiles = (set.profiles + set.inactive).map(line)
            let problems = set.atlasProblems(in: atlases)
            if !problems.isEmpty { throw ProfileError(problems) }
        } catch let error as ProfileError {
            report.problems = error.problems.map {
                Problem(file: $0.file, line: $0.line, message: $0.message, remedy: $0.remedy)
            }
            if json { try JSONOutput.print(report) }
            throw CommandFailure(.findings, error.description)
        }
        guard !json else { return try JSONOutput.print(report) }
        for profile in report.profiles {
            let note = profile.active ? "" : " (not active)"
            let parent = profile.extends.map { ", extends \($0)" } ?? ""
            print("\(profile.id) \(profile.version)\(note): \(profile.segments) segments\(parent), good")
            for atlas in profile.missingAtlases where profile.active {
                print(
                    "  the atlas \(atlas) is not installed: its series wait for a person's prompts until it is built with "
                        + "'preread atlas build'"
                )
            }
        }
    }

    private var atlases: RawPath { profiles.path.appending(ProfileSet.atlasFolderName) }

    private func line(_ profile: Profile) -> Line {
        Line(
            id: profile.id,
            version: profile.version,
            file: profile.file,
            extends: profile.parentID,
            active: profile.isActive,
            segments: profile.segments.count,
            atlases: profile.atlases,
            missingAtlases: profile.atlases.filter { !ProfileSet.isInstalled($0, in: atlases) }
        )
    }
}
