import ArgumentParser
import DurableFiles

/// The pipeline once, without a daemon.
struct AnnotateCommand: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "annotate",
        abstract: "Annotate every series of a folder once.",
        discussion: "Needs neither a daemon nor a site. Source files are only read."
    )

    @Argument(help: "A folder with DICOM files, searched with the folders in it.")
    var folder: String

    @Option(help: "Where results go: OUTPUT/SERIES-UID/PROFILE-KEY/.")
    var output: String

    @Option(help: "Use this profile, whatever its rules say. Default: the one that matches.")
    var profile: String?

    @Option(help: "Use the prompts of this JSON file in place of profile and atlas.")
    var prompts: String?

    @Option(help: "The model package. Default: what the profile names, or the only one there is.")
    var model: String?

    @OptionGroup var arithmetic: PrecisionOptions

    @OptionGroup var models: ModelFolderOptions
    @OptionGroup var profiles: ProfileFolderOptions

    @Flag(help: "Print one JSON document.")
    var json = false

    func validate() throws {
        guard profile == nil || prompts == nil else { throw ValidationError("give --profile or --prompts, not both") }
    }

    func run() async throws {
        let found = try FolderSeries(RawPath(folder))
        found.reportRefusals()
        guard !found.series.isEmpty else {
            throw CommandFailure(.findings, "\(folder) holds no series that can be read")
        }
        let folder = RawPath(output)
        do {
            try AtomicFile.createFolder(folder)
        } catch {
            throw CommandFailure(naming: folder, error)
        }
        let planner = try SourcePlanner(prompts: prompts, profile: profile, folder: profiles)
            .choosing(among: found.series)
        let annotator = SeriesAnnotator(
            planner: planner,
            models: models.store(),
            model: (model, arithmetic.precision),
            output: folder,
            quiet: json
        )
        var reports: [SeriesReport] = []
        do {
            for series in found.series { reports.append(try annotator.annotate(series)) }
        } catch {
            // What is done is done: it is reported before the reason for which the rest is not.
            if !reports.isEmpty { try show(reports) }
            throw error
        }
        try show(reports)
        let isUnfinished = reports.contains { $0.status == .needsPrompt || $0.status == .failed }
        guard reports.contains(where: { $0.status == .annotated }), !isUnfinished else {
            throw CommandFailure(.findings)
        }
    }

    private func show(_ reports: [SeriesReport]) throws {
        guard !json else { return try JSONOutput.print(reports) }
        print(reports.map(\.text).joined(separator: "\n\n"))
    }
}
