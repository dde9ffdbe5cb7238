import Atlas
import Checkpoints
import DICOMFiles
import DurableFiles
import Evaluation
import Foundation
import Pipeline
import Profiles

/// Compares the results of one series with reference labels.
struct LabelComparison {
    let folder: String
    let result: String
    let labels: String
    let model: String?
    let models: ModelStore
    let profiles: ProfileFolderOptions

    func run(quiet: Bool) throws -> SeriesEvaluationReport {
        let receipt = try readReceipt()
        guard let used = receipt.profile, let profile = try profiles.load().profile(id: used.id) else {
            throw CommandFailure(.wrongUse, "the result was not made with a profile of \(profiles.path.displayName)")
        }
        let atlases = try AtlasStore(profiles: profiles.path).atlases(for: profile)
        guard !atlases.isEmpty else {
            throw CommandFailure(
                .wrongUse,
                "profile \(profile.id) has no atlas that is installed, so its labels have no numbers"
            )
        }
        let tables = atlases.flatMap(\.atlas.description.labels).map { ($0.name, $0.id) }
        let numbers = Dictionary(tables) { first, _ in first }
        let evaluator = try SeriesEvaluator(
            series: try series(receipt.series.seriesInstanceUID),
            profile: profile,
            numbers: numbers,
            reference: try readLabels()
        )
        let package = try ModelLoader.package(named: model ?? receipt.model.name, in: models)
        let bar = ProgressBar("tight boxes", quiet: quiet)
        do {
            defer { bar.finish() }
            let evaluation = try evaluator.evaluate(RawPath(result), model: try ModelLoader.load(package)) {
                bar.update(done: $0, of: $1)
            }
            return SeriesEvaluationReport(evaluation, receipt: receipt, folder: result)
        } catch let error as FileError {
            throw CommandFailure(.environment, "\(result): \(error.description)")
        }
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
