import Checkpoints
import DurableFiles
import Evaluation
import Foundation
import Pipeline

/// Scores model packages on the cases of a manifest, with the profiles and atlases of a folder.
struct ManifestEvaluation {
    let manifest: CaseManifest
    /// What the manifest's paths are relative to.
    let root: RawPath
    /// Where finished cases are kept.
    let folder: RawPath
    /// Where embeddings are remembered, if they are.
    let embeddings: RawPath?
    let priors: CasePriors
    let options: CaseEvaluator.Options
    let isQuiet: Bool
    /// Asked between slices; true ends with ``AnnotationError/cancelled``.
    var shouldStop: () -> Bool = { false }

    /// The report on a model.
    func report(on package: ModelPackage, role: ReviewedCase.Role) throws -> EvaluationReport {
        let evaluation = try evaluate(package, role: role)
        guard !evaluation.cases.isEmpty else {
            throw CommandFailure(.wrongUse, "the manifest has no case of role \(role.rawValue)")
        }
        return EvaluationReport(evaluation, created: Date(), seed: manifest.seed)
    }

    /// The evaluation of a model.
    func evaluate(_ package: ModelPackage, role: ReviewedCase.Role) throws -> ModelEvaluation {
        var model = try ModelLoader.load(package)
        if let embeddings { model = model.remembering(try package.load(), in: embeddings) }
        var evaluator = CaseEvaluator(
            manifest: manifest,
            root: root,
            folder: folder,
            program: ProgramVersion.identity,
            prior: priors.prior(of:)
        )
        evaluator.options = options
        return try evaluate(evaluator, model, role)
    }

    private func evaluate(
        _ evaluator: CaseEvaluator,
        _ model: LoadedModel,
        _ role: ReviewedCase.Role
    ) throws -> ModelEvaluation {
        let bar = ProgressBar("cases, \(model.name)", quiet: isQuiet)
        defer { bar.finish() }
        return try evaluator.evaluate(model, role: role) { progress in
            // A case has two parts of about the same length: the pipeline, and the network on perfect boxes.
            let part =
                switch progress.step {
                case .prior: 0.0
                case .pipeline: 0.5 * Double(progress.done) / Double(max(1, progress.total))
                case .perfectBoxes: 0.5 + 0.5 * Double(progress.done) / Double(max(1, progress.total))
                case .known: 1.0
                }
            bar.update(done: progress.casesDone * 100 + Int(part * 100), of: progress.cases * 100)
            return !shouldStop()
        }
    }
}
