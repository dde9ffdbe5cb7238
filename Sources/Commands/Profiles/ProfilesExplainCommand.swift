import ArgumentParser
import DICOMFiles
import DurableFiles
import Ingest
import Profiles

/// Explains the choice of a profile for each series of a folder.
struct ProfilesExplainCommand: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "explain",
        abstract: "For each series of a folder: the rules that held and failed, with the values seen."
    )

    @Argument(help: "A folder with DICOM files.")
    var folder: String

    @OptionGroup var profiles: ProfileFolderOptions

    @Flag(help: "Print JSON.")
    var json = false

    private struct Line: Encodable {
        let seriesInstanceUID: String
        let files: Int
        let profile: String?
        let reason: String
        /// The whole explanation as text; `nil` for a series without a volume.
        let explanation: String?
    }

    func run() async throws {
        let found = try FolderSeries(RawPath(folder))
        found.reportRefusals()
        guard !found.series.isEmpty else {
            throw CommandFailure(.findings, "\(folder) holds no series that can be read")
        }
        let set = try profiles.load()
        let lines = found.series.map { Self.line($0, set) }
        if json {
            try JSONOutput.print(lines)
        } else {
            for line in lines {
                print("series \(line.seriesInstanceUID), \(line.files) files\n\(line.explanation ?? line.reason)\n")
            }
        }
        guard lines.allSatisfy({ $0.profile != nil }) else { throw CommandFailure(.findings) }
    }

    private static func line(_ series: ImageSeries, _ set: ProfileSet) -> Line {
        let outcome = series.volume.map { set.match(SeriesFacts(of: $0, in: series)) }
        return Line(
            seriesInstanceUID: series.seriesInstanceUID,
            files: series.headers.count,
            profile: outcome?.profile?.id,
            reason: outcome?.reason ?? series.noVolume,
            explanation: outcome?.table
        )
    }
}
