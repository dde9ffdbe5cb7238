import Checkpoints
import DICOMFiles
import DICOMSegmentation
import DurableFiles
import Foundation
import Pipeline
import Profiles
import SegmentAnything

/// Annotates the series of a folder one after the other; a network that was loaded for one serves the next.
final class SeriesAnnotator {
    private let planner: SourcePlanner
    private let models: ModelStore
    private let model: (name: String?, precision: ProfileModel.Precision?)
    private let output: RawPath
    private let isQuiet: Bool
    private var loaded: [LoadedNetwork: LoadedModel] = [:]

    /// Results go below `output`; `model` names the package and the arithmetic for all series, whatever profiles say.
    init(
        planner: SourcePlanner,
        models: ModelStore,
        model: (name: String?, precision: ProfileModel.Precision?),
        output: RawPath,
        quiet: Bool
    ) {
        self.planner = planner
        self.models = models
        self.model = model
        self.output = output
        isQuiet = quiet
    }

    /// Annotates one series and says what became of it.
    ///
    /// What is wrong with the series itself ends in its report. Throws where the machine or the command is to blame,
    /// because the next series would fare no better.
    func annotate(_ series: ImageSeries) throws -> SeriesReport {
        let source: AnnotationRequest.Source
        switch try planner.source(for: series) {
        case .chosen(let chosen): source = chosen
        case .noMatch(let reason): return SeriesReport(series, status: .unmatched, message: reason)
        }
        let choice = model.name.map { .name($0) } ?? planner.modelChoice(for: source)
        let package = try ModelLoader.package(for: choice, default: nil, in: models)
        try planner.check(package, for: source)
        let request = AnnotationRequest(
            series: series,
            source: source,
            model: try network(package, model.precision ?? planner.precision(for: source) ?? .fp32),
            program: ProgramVersion.identity,
            instant: Date()
        )
        let bar = ProgressBar("segmenting", quiet: isQuiet)
        defer { bar.finish() }
        do {
            let outcome = try AnnotationPipeline(output: output).run(request) { step, done, total in
                if step == .segmenting { bar.update(done: done, of: total) }
                return true
            }
            switch outcome {
            case .annotated(let result): return SeriesReport(series, result: result, output: output.displayName)
            case .needsPrompt(let code, let message):
                return SeriesReport(series, status: .needsPrompt, message: "\(code): \(message)")
            }
        } catch let error as FileError {
            throw CommandFailure(.environment, "\(output.displayName): \(error.description)")
        } catch {
            let failure = CommandFailure(describing: error)
            guard failure.status == .findings else { throw failure }
            return SeriesReport(series, status: .failed, message: failure.message)
        }
    }

    private func network(_ package: ModelPackage, _ precision: ProfileModel.Precision) throws -> LoadedModel {
        let key = LoadedNetwork(digest: package.manifest.weights.sha256, precision: precision)
        if let model = loaded[key], model.name == package.manifest.name { return model }
        let model = try ModelLoader.load(package, precision: precision)
        loaded[key] = model
        return model
    }
}
