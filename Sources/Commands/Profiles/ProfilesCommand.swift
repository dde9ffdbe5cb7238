import ArgumentParser
import DICOMFiles
import DurableFiles
import Ingest
import Profiles

/// Everything about protocol profiles.
struct ProfilesCommand: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "profiles",
        abstract: "Check profiles, and explain which one a series gets.",
        subcommands: [ProfilesCheckCommand.self, ProfilesExplainCommand.self]
    )
}

/// Validates profiles with file, line and remedy.
struct ProfilesCheckCommand: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "check",
        abstract: "Validate profiles; every problem with its file, line and remedy."
    )

    @Argument(help: "Profile files. Default: all of the folder of profiles.")
    var files: [String] = []

    @OptionGroup var profiles: ProfileFolderOptions

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
            for profile in checked {
                print("\(profile.id) \(profile.version): \(profile.segments.count) segments, good")
            }
        } catch let error as ProfileError {
            throw CommandFailure(.findings, error.description)
        }
    }
}

/// Explains the choice of a profile for each series of a folder.
struct ProfilesExplainCommand: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "explain",
        abstract: "For each series of a folder: the rules that held and failed, with the values seen."
    )

    @Argument(help: "A folder with DICOM files.")
    var folder: String

    @OptionGroup var profiles: ProfileFolderOptions

    func run() async throws {
        let found = try FolderSeries(RawPath(folder))
        found.reportRefusals()
        let set = try profiles.load()
        var unmatched = 0
        for series in found.series {
            let title = "series \(series.seriesInstanceUID), \(series.headers.count) files"
            guard let volume = series.volume else {
                let problem = series.problem ?? .badGeometry
                unmatched += 1
                print("\(title)\nno volume: \(problem.rawValue). \(problem.remedy)\n")
                continue
            }
            let outcome = set.match(SeriesFacts(of: volume, in: series))
            if outcome.profile == nil { unmatched += 1 }
            print("\(title)\n\(outcome.table)\n")
        }
        guard !found.series.isEmpty, unmatched == 0 else { throw CommandFailure(.findings) }
    }
}
