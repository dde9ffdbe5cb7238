import ArgumentParser
import DurableFiles
import Profiles

/// Validates profiles with file, line and remedy.
struct ProfilesCheckCommand: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "check",
        abstract: "Validate profiles; every problem with its file, line and remedy."
    )

    @Argument(help: "Profile files. Default: all of the folder of profiles.")
    var files: [String] = []

    @OptionGroup var profiles: ProfileFolderOptions

    @Flag(help: "Print JSON.")
    var json = false

    private struct Line: Encodable {
        let id: String
        let version: String
        let segments: Int
        let atlas: String?
    }

    func run() async throws {
        do {
            let reader = try ProfileReader(folder: profiles.path)
            let checked =
                files.isEmpty
                ? try ProfileSet.load(profiles.path).profiles
                : try ProfileSet(files.map { try reader.profile(at: RawPath($0)) }).profiles
            let set = try ProfileSet(checked)
            let problems = set.atlasProblems(in: profiles.path)
            guard problems.isEmpty else { throw ProfileError(problems) }
            for name in set.missingAtlases(in: profiles.path) {
                StandardError.print("the atlas \(name) is not there yet: build it with 'preread atlas build'")
            }
            let lines = checked.map {
                Line(id: $0.id, version: $0.version, segments: $0.segments.count, atlas: $0.atlas)
            }
            guard !json else { return try JSONOutput.print(lines) }
            for profile in lines {
                print("\(profile.id) \(profile.version): \(profile.segments) segments, good")
            }
        } catch let error as ProfileError {
            throw CommandFailure(.findings, error.description)
        }
    }
}
