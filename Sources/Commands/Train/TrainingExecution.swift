import Checkpoints
import DurableFiles
import Evaluation
import Foundation
import LiteMedSAM
import Pipeline
import Profiles
import SAMMed2D
import SegmentAnything
import Tensors
import Training

/// Carries a prepared run to its end, from whatever phase it is in.
///
/// Every phase ends durably with the run's record and begins anew when it is interrupted; what it makes has the same name
/// and contents every time.
struct TrainingExecution {
    let site: SiteConfiguration
    let models: ModelStore
    let priors: CasePriors
    let run: TrainingFolder.Run
    let isQuiet: Bool
    /// Seconds between two saved states; nil for the default. What comes out does not depend on it.
    let checkpointSeconds: Double?
    let shouldStop: () -> Bool
    /// Gets every event of the training.
    let observe: (TrainingProgress) -> Void

    private var folder: TrainingFolder { TrainingFolder(path: site.training.folder) }

    /// The record at the end: `decided`, or `shadowing`, or an earlier phase where the run was asked to stop.
    func finish() throws -> TrainingRunRecord {
        var record = try folder.record(of: run)
        do {
            let manifest = try CaseManifest.load(run.cases)
            guard manifest.digest == record.casesSHA256 else {
                throw CaseManifestError.invalid("cases.json is not the list that the run began with")
            }
            if record.phase == .prepared, try !train(&record, manifest) { return record }
            if record.phase == .trained { try judge(&record, manifest) }
        } catch AnnotationError.cancelled {
            return record
        } catch let error where Self.isFinal(error) {
            // Another try would end the same way, and no other run could begin.
            record.failure = true
            try end(&record, .kept, [CommandFailure(describing: error).message])
        }
        return record
    }

    /// Whether a run that failed so can never go on: its data, its settings or its model are the cause, not the machine.
    private static func isFinal(_ error: any Error) -> Bool {
        switch error {
        case is TrainingError, is LeakError, is CaseManifestError, is CheckpointError: true
        case let failure as CommandFailure: failure.status == .findings
        default: false
        }
    }

    // MARK: - Training

    /// Trains and puts the candidate into the store; false where the run was asked to stop.
    private func train(_ record: inout TrainingRunRecord, _ manifest: CaseManifest) throws -> Bool {
        let incumbent = try package(record.incumbent)
        let weights = try incumbent.load()
        let model = try Self.trainable(incumbent, weights)
        var configuration = try record.configuration(for: model.traits)
        if let checkpointSeconds { configuration.secondsBetweenCheckpoints = checkpointSeconds }
        let result = try Training.TrainingRun(
            model: model,
            parameters: weights,
            data: try data(record, manifest),
            configuration: configuration,
            folder: run.state
        ).run(shouldStop: shouldStop, observe: observe)
        guard let learnt = result.weights else { return false }
        let summary = result.summary
        let encoder = JSONEncoder()
        encoder.outputFormatting = [.prettyPrinted, .sortedKeys]
        try AtomicFile.write(Array(try encoder.encode(summary)), to: run.summary, subject: "summary.json")
        if let leftOut = summary.leftOut, !leftOut.isEmpty {
            let list = leftOut.sorted { $0.key < $1.key }.map { "\($0.key) (\($0.value) slices)" }
            record.notes.append(
                "not learnt, because there were fewer than \(configuration.minimum.slicesPerSegment) slices: "
                    + list.joined(separator: ", ")
            )
        }
        if summary.outcome == .outOfTime { record.notes.append("the training ended because its time was used up") }
        guard summary.chosenStep > 0 else {
            try end(
                &record,
                .kept,
                ["no step of the training was better than the model in use on the validation slices"]
            )
            return true
        }
        let candidate = try models.add(
            learnt,
            name: "\(record.incumbent.name.prefix(40))-\(run.id.dropFirst(4))",
            training: .init(
                parent: (record.incumbent.name, record.incumbent.sha256),
                run: run.id,
                casesSHA256: manifest.digest,
                scope: record.scope,
                seed: record.seed,
                steps: summary.chosenStep
            )
        ).package
        record.candidate = .init(name: candidate.manifest.name, sha256: candidate.manifest.weights.sha256)
        record.phase = .trained
        try folder.write(record, for: run)
        return true
    }

    private func data(_ record: TrainingRunRecord, _ manifest: CaseManifest) throws -> TrainingData {
        func samples(_ roles: [Evaluation.ReviewedCase.Role], _ slab: SlabRule.Role? = nil) throws -> CaseSamples {
            try CaseSamples(
                roles.flatMap { manifest.cases(of: $0) },
                root: run.path,
                slab: slab,
                profiles: priors.profile(of:)
            )
        }
        let judges = Set(manifest.cases(of: .test).map(\.patient))
        switch ValidationKind(rawValue: record.validation) {
        case .patients:
            return TrainingData(
                training: try samples([.train, .replay]),
                validation: try samples([.validation]),
                validationKind: .patients,
                testPatients: judges
            )
        case .slabs:
            return TrainingData(
                training: try samples([.train, .replay], .train),
                validation: try samples([.train, .replay], .validation),
                validationKind: .slabs,
                testPatients: judges
            )
        case .some(.none), nil:
            return TrainingData(training: try samples([.train, .replay]), validation: nil, testPatients: judges)
        }
    }

    private func package(_ model: TrainingRunRecord.Model) throws -> ModelPackage {
        let package = try ModelLoader.package(named: model.name, in: models)
        guard package.manifest.weights.sha256 == model.sha256 else {
            throw CommandFailure(.findings, "model \(model.name) has other weights than when the run began")
        }
        return package
    }

    private static func trainable(_ package: ModelPackage, _ weights: NamedTensors) throws -> any TrainableModel {
        switch package.manifest.architecture {
        case .liteMedSAM: return try LiteMedSAMModel(parameters: weights)
        case .samMed2D, .sam: return try SAMMed2DModel(weights)
        }
    }

    // MARK: - The gate

    /// Scores both models on the locked cases, decides, reports, and promotes what may be promoted.
    private func judge(_ record: inout TrainingRunRecord, _ manifest: CaseManifest) throws {
        guard let candidate = record.candidate else {
            throw CommandFailure(.findings, "training run \(run.id): run.json names no candidate")
        }
        let evaluation = ManifestEvaluation(
            manifest: manifest,
            root: run.path,
            folder: run.evaluation,
            embeddings: run.evaluation.appending("embeddings"),
            priors: priors,
            options: CaseEvaluator.Options(),
            isQuiet: isQuiet,
            shouldStop: shouldStop
        )
        let before = try evaluation.evaluate(try package(record.incumbent), role: .test)
        let after = try evaluation.evaluate(try package(candidate), role: .test)
        var rules = GateRules()
        rules.seed = record.seed
        for profile in priors.set.profiles {
            for segment in profile.segments {
                rules.segmentAllowances["\(profile.id)/\(segment.id)"] = segment.learning.maximumDiceLoss
            }
        }
        let decision = PromotionGate(rules).decide(
            GateEvidence(manifest: manifest, incumbent: before, candidate: after)
        )
        try report(record, manifest, before, after, decision)
        try? FileManager.default.removeItem(atPath: run.evaluation.appending("embeddings").displayName)
        let reasons = decision.checks.filter { decision.verdict == .promote || !$0.isPassed }.map(\.text)
        guard decision.verdict == .promote else { return try end(&record, .kept, reasons) }
        guard site.training.shadowSeries == 0 else { return try beginShadow(&record, reasons) }
        guard record.promotes else { return try end(&record, .waits, reasons) }
        try TrainingPromotion(site: site, models: models).promote(record)
        try end(&record, .promoted, reasons)
    }

    private func end(
        _ record: inout TrainingRunRecord,
        _ outcome: TrainingRunRecord.Outcome,
        _ reasons: [String]
    ) throws {
        try folder.end(&record, of: run, as: outcome, because: reasons)
    }

    /// The service goes on from here: see ``ShadowService``.
    private func beginShadow(_ record: inout TrainingRunRecord, _ reasons: [String]) throws {
        record.phase = .shadowing
        record.reasons = reasons
        record.shadow = .init(series: site.training.shadowSeries, began: Date())
        try folder.write(record, for: run)
        folder.removeWork(of: run)
    }

    private func report(
        _ record: TrainingRunRecord,
        _ manifest: CaseManifest,
        _ before: ModelEvaluation,
        _ after: ModelEvaluation,
        _ decision: PromotionDecision
    ) throws {
        var story = Evaluation.TrainingRun(
            id: run.id,
            scope: record.scope,
            parents: parents(of: record.incumbent),
            seeds: ["training": record.seed]
        )
        story.boxes = record.boxes
        story.notes = record.notes
        if let summary = summary() {
            story.chosenStep = summary.chosenStep
            story.seconds = summary.seconds
            story.learning = summary.curve.map {
                .init(step: $0.step, trainingLoss: $0.loss?.total, validationDice: $0.score.meanDice)
            }
            story.settings = settings(summary, record.boxes)
            if summary.validationKind == .slabs {
                story.notes.append("slabs of training series said when to stop: scores in training are optimistic")
            }
        }
        let report = TrainingReport(
            run: story,
            manifest: manifest,
            incumbent: before,
            candidate: after,
            decision: decision,
            created: Date()
        )
        try AtomicFile.write(try report.jsonBytes(), to: run.reportData, subject: "report.json")
        try AtomicFile.write(Array(report.modelCard.utf8), to: run.modelCard, subject: "model-card.md")
        try AtomicFile.write(Array(report.html.utf8), to: run.report, subject: "report.html")
    }

    private func summary() -> TrainingSummary? {
        guard let bytes = try? ReadOnlyFile(run.summary, subject: "summary.json").readAll(limit: 1 << 26) else {
            return nil
        }
        return try? JSONDecoder().decode(TrainingSummary.self, from: Data(bytes))
    }

    private func settings(_ summary: TrainingSummary, _ boxes: JitterBasis?) -> [Evaluation.TrainingRun.Setting] {
        let configuration = summary.configuration
        return [
            .init(name: "steps", value: "\(summary.steps) of at most \(configuration.steps)"),
            .init(name: "images in a step", value: "\(configuration.imagesPerStep)"),
            .init(name: "prompts for an image", value: "\(configuration.prompts.promptsPerImage)"),
            .init(name: "boxes", value: (boxes ?? .documented).words),
            .init(name: "learning rate", value: "\(configuration.learningRate.peak)"),
            .init(name: "arithmetic", value: configuration.precision.rawValue),
            .init(name: "values that learn", value: "\(summary.trainedValues)"),
        ]
    }

    /// The incumbent and what it was fine-tuned from.
    private func parents(of model: TrainingRunRecord.Model) -> [Evaluation.TrainingRun.Parent] {
        var parents = [Evaluation.TrainingRun.Parent(name: model.name, digest: model.sha256)]
        while let last = parents.last, parents.count < 100,
            let training = try? models.package(named: last.name).manifest.training
        {
            parents.append(.init(name: training.parent, digest: training.parentSHA256))
        }
        return parents
    }
}
