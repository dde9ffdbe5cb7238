import ArgumentParser
import DICOMFiles
import DurableFiles
import Foundation
import Pipeline
import Profiles

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

    @Option(help: "The arithmetic of the encoder; fp32 is what this version has.")
    var precision = "fp32"

    @OptionGroup var models: ModelFolderOptions
    @OptionGroup var profiles: ProfileFolderOptions

    @Flag(help: "Print one JSON document.")
    var json = false

    func validate() throws {
        guard precision == "fp32" else { throw ValidationError("--precision \(precision): this version computes in fp32") }
        guard profile == nil || prompts == nil else { throw ValidationError("give --profile or --prompts, not both") }
    }

    func run() async throws {
        let found = try FolderSeries(RawPath(folder))
        found.reportRefusals()
        guard !found.series.isEmpty else {
            throw CommandFailure(.findings, "\(folder) holds no series that can be read")
        }
        let planner = try SourcePlanner(prompts: prompts, profile: profile, folder: profiles)
        try AtomicFile.createFolder(RawPath(output))
        var reports: [SeriesReport] = []
        for series in found.series {
            reports.append(try annotate(series, with: planner, only: found.series.count == 1))
        }
        if json {
            try JSONOutput.print(reports)
        } else {
            print(reports.map(\.text).joined(separator: "\n\n"))
        }
        guard reports.contains(where: { $0.status == .annotated }) else { throw CommandFailure(.findings) }
        if reports.contains(where: { $0.status == .needsPrompt || $0.status == .failed }) {
            throw CommandFailure(.findings)
        }
    }

    private func annotate(_ series: ImageSeries, with planner: SourcePlanner, only: Bool) throws -> SeriesReport {
        let source: AnnotationRequest.Source
        switch try planner.source(for: series) {
        case .chosen(let chosen): source = chosen
        case .noMatch(let reason): return SeriesReport(series, status: .unmatched, message: reason)
        }
        let package = try ModelLoader.package(named: model ?? planner.modelName(for: source), in: models.store())
        try planner.check(package, for: source)
        let request = AnnotationRequest(
            series: series,
            source: source,
            model: try ModelLoader.load(package),
            program: ProgramVersion.identity,
            instant: Date()
        )
        let bar = ProgressBar("segmenting", quiet: json)
        do {
            let outcome = try AnnotationPipeline(output: RawPath(output)).run(request) { step, done, total in
                if step == .segmenting { bar.update(done: done, of: total) }
                return true
            }
            bar.finish()
            switch outcome {
            case .annotated(let result): return SeriesReport(series, result: result, output: output)
            case .needsPrompt(let code, let message):
                return SeriesReport(series, status: .needsPrompt, message: "\(code): \(message)")
            }
        } catch let error as AnnotationError {
            bar.finish()
            guard !only else { throw CommandFailure(.findings, error.description) }
            return SeriesReport(series, status: .failed, message: error.description)
        }
    }
}
