import ArgumentParser
import Atlas
import DICOMFiles
import DurableFiles
import Evaluation
import Foundation
import Pipeline
import Profiles

/// How good the results of a series are, against reference labels.
struct EvaluateCommand: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "evaluate",
        abstract: "Compare the results of a series with reference labels: automatic boxes and tight boxes.",
        discussion: """
            Labels are placed on the series by patient coordinates. Their numbers are those of the profile's atlas.
            """
    )

    @Argument(help: "The folder of the series.")
    var folder: String

    @Option(help: "A result's folder, as annotate or serve wrote it (with segmentation.dcm and receipt.json).")
    var result: String

    @Option(help: "Reference labels (.nii or .nii.gz).")
    var labels: String

    @Option(help: "Write the report as JSON to this file.")
    var report: String?

    @Option(help: "The model package. Default: the one that the receipt names.")
    var model: String?

    @OptionGroup var models: ModelFolderOptions
    @OptionGroup var profiles: ProfileFolderOptions

    @Flag(help: "Print the report as JSON.")
    var json = false

    func run() async throws {
        let receipt = try readReceipt()
        guard let used = receipt.profile, let profile = try profiles.load().profile(id: used.id) else {
            throw CommandFailure(.wrongUse, "the result was not made with a profile of \(profiles.path.displayName)")
        }
        guard let atlas = try AtlasStore(profiles: profiles.path).atlas(for: profile) else {
            throw CommandFailure(.wrongUse, "profile \(profile.id) has no atlas, so its labels have no numbers")
        }
        let numbers = Dictionary(uniqueKeysWithValues: atlas.atlas.description.labels.map { ($0.name, $0.id) })
        let evaluator = try SeriesEvaluator(
            series: try series(receipt.series.seriesInstanceUID),
            profile: profile,
            numbers: numbers,
            reference: try readLabels()
        )
        let package = try ModelLoader.package(named: model ?? receipt.model.name, in: models.store())
        let bar = ProgressBar("tight boxes", quiet: json)
        let evaluation: SeriesEvaluation
        do {
            defer { bar.finish() }
            evaluation = try evaluator.evaluate(RawPath(result), model: try ModelLoader.load(package)) {
                bar.update(done: $0, of: $1)
            }
        } catch let error as FileError {
            throw CommandFailure(.environment, "\(result): \(error.description)")
        }
        let document = EvaluationReport(evaluation, receipt: receipt, folder: result)
        if let report {
            do {
                try AtomicFile.write(Array(try JSONOutput.encode(document)), to: RawPath(report), subject: "report")
            } catch let error as FileError {
                throw CommandFailure(naming: RawPath(report), error)
            }
        }
        if json { try JSONOutput.print(document) } else { print(document.text) }
    }

    private func readReceipt() throws -> Receipt {
        let path = RawPath(result).appending(AnnotationResult.FileName.receipt)
        do {
            let bytes = try ReadOnlyFile(path, subject: "receipt").readAll(limit: 1 << 28)
            return try JSONDecoder().decode(Receipt.self, from: Data(bytes))
        } catch let error as FileError {
            throw CommandFailure(naming: path, error)
        } catch {
            throw CommandFailure(.wrongUse, "\(path.displayName) is not a receipt that this version writes")
        }
    }

    private func readLabels() throws -> LabelVolume {
        do {
            return try NIfTIImage(contentsOf: RawPath(labels)).labels()
        } catch let error as FileError {
            throw CommandFailure(naming: RawPath(labels), error)
        } catch let error as NIfTIError {
            throw CommandFailure(.wrongUse, "\(labels): \(error.description)")
        }
    }

    private func series(_ uid: String) throws -> ImageSeries {
        let found = try FolderSeries(RawPath(folder))
        guard let series = found.series.first(where: { $0.seriesInstanceUID == uid }) else {
            found.reportRefusals()
            throw CommandFailure(.wrongUse, "\(folder) does not hold the series of the result")
        }
        return series
    }
}
