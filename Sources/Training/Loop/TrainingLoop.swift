import Checkpoints
import DurableFiles
import SegmentAnything
import Tensors

/// The loop of a run, and what it knows between steps.
final class TrainingLoop<Model: TrainableModel> {
    private let model: Model
    /// As they came, in the layout of checkpoints.
    private let original: NamedTensors
    private let data: TrainingData
    private let configuration: TrainingConfiguration
    private let folder: RunFolder
    private let clock: RunClock

    private let preparation: SlicePreparation<Model>
    private let drawing: BatchDrawing<Model>
    private let step: TrainingStep<Model>
    private let validation: Validation<Model>?
    private var optimiser: Optimiser
    private var state: RunState
    private var observe: (TrainingProgress) -> Void = { _ in }
    private var pace: Pace

    init(
        model: Model,
        parameters: NamedTensors,
        data: TrainingData,
        configuration: TrainingConfiguration,
        folder: RunFolder,
        clock: RunClock
    ) throws {
        self.model = model
        original = parameters
        self.data = data
        self.configuration = configuration
        self.folder = folder
        self.clock = clock
        let scope = configuration.scope
        try configuration.minimum.check(data.training.entries)
        let sampler = try StratifiedSampler(data.training.entries, settings: configuration.sampling)
        let packed = try Model.trainingLayout(of: parameters, scope: scope)
        let names = Set(packed.tensors.keys.filter { Model.isTrained($0, in: scope) })
        let demand = MemoryPlan.Demand(
            model: model,
            parameters: packed,
            trained: names,
            configuration: configuration
        )
        state = try Self.state(
            in: folder,
            fingerprint: try RunFingerprint.digest(
                model: model,
                parameters: parameters,
                data: data,
                configuration: configuration
            ),
            plan: try MemoryPlan(demand, configuration: configuration)
        )
        try folder.sweep(keeping: state.fileNames)
        let trained = NamedTensors(packed.tensors.filter { names.contains($0.key) }, packed: packed.packed)
        optimiser = try Self.optimiser(trained, state: state, folder: folder, configuration: configuration)
        let preparation = SlicePreparation(
            model: model,
            configuration: configuration,
            encoder: RunFingerprint.digest(of: parameters) {
                $0.hasPrefix("image_encoder.") && !Model.isTrained($0, in: scope)
            },
            cache: try Self.cache(in: folder, configuration: configuration)
        )
        self.preparation = preparation
        drawing = BatchDrawing(
            source: data.training,
            sampler: sampler,
            preparation: preparation,
            configuration: configuration
        )
        // Those that learn are the optimiser's; here they would keep a second copy alive.
        let frozen = NamedTensors(packed.tensors.filter { !names.contains($0.key) }, packed: packed.packed)
        step = TrainingStep(model: model, parameters: frozen, configuration: configuration, plan: state.plan)
        let plan = state.plan
        validation = data.validation.flatMap { source in
            let validation = Validation(
                source,
                preparation: preparation,
                configuration: configuration,
                plan: plan
            )
            return validation.entries.isEmpty ? nil : validation
        }
        pace = Pace(start: clock.now(), earlier: state.seconds)
    }

    private static func state(
        in folder: RunFolder,
        fingerprint: SHA256Digest,
        plan: MemoryPlan
    ) throws -> RunState {
        guard let state = try folder.state() else { return RunState(fingerprint: fingerprint, plan: plan) }
        guard state.fingerprint == fingerprint else {
            throw TrainingError.foreignFolder(
                "the folder holds a run with other data, weights or settings. Use another folder"
            )
        }
        return state
    }

    private static func optimiser(
        _ parameters: NamedTensors,
        state: RunState,
        folder: RunFolder,
        configuration: TrainingConfiguration
    ) throws -> Optimiser {
        guard let checkpoint = state.checkpoint else {
            return Optimiser(
                parameters,
                settings: configuration.optimiser,
                averageDecay: configuration.averageDecay
            )
        }
        return try Optimiser(
            restoring: try folder.read(checkpoint),
            like: parameters,
            configuration: configuration,
            steps: (state.optimiserSteps, state.parameterSteps)
        )
    }

    /// Kept where the encoder, or all but its end, is frozen.
    private static func cache(
        in folder: RunFolder,
        configuration: TrainingConfiguration
    ) throws -> FrozenPartCache? {
        switch configuration.scope {
        case .decoder, .neck:
            try FrozenPartCache(
                folder: folder.embeddings,
                precision: configuration.frozenPartPrecision,
                memoryLimit: configuration.cacheMemory
            )
        case .adapter, .full: nil
        }
    }

    // MARK: - The loop

    func run(
        shouldStop: () -> Bool,
        observe: @escaping (TrainingProgress) -> Void
    ) throws -> TrainingResult {
        self.observe = observe
        let precision: ProductPrecision = configuration.precision == .bfloat16 ? .bfloat16 : .float32
        return try ProductPrecision.$current.withValue(precision) { try run(shouldStop: shouldStop) }
    }

    private func run(shouldStop: () -> Bool) throws -> TrainingResult {
        if state.outcome != nil { return try result() }
        try folder.write(configuration, as: "configuration.json")
        if state.curve.isEmpty { try validate() }
        pace.saved(at: clock.now())
        var outcome = TrainingOutcome.completed
        while state.step < configuration.steps {
            if shouldStop() {
                try save()
                return interrupted()
            }
            if let budget = configuration.timeBudget, pace.seconds(at: clock.now()) >= budget {
                outcome = .outOfTime
                break
            }
            try takeStep()
            if state.step.isMultiple(of: configuration.validation.everySteps) {
                try validate()
                if hasLostPatience {
                    outcome = .stoppedEarly
                    break
                }
            }
            if isCheckpointDue { try save() }
        }
        return try finish(outcome)
    }

    private func takeStep() throws {
        let start = clock.now()
        let batch = try drawing.batch(step: state.step)
        let outcome = try step.take(batch, step: state.step, optimiser: &optimiser)
        state.step += 1
        if outcome.loss.isFinite {
            state.lossSum.add(outcome.loss, share: 1)
            state.lossCount += 1
        }
        pace.took(clock.now() - start)
        var event = self.event(.training)
        event.loss = outcome.loss.isFinite ? outcome.loss : nil
        event.learningRate = configuration.learningRate.rate(at: state.step - 1, of: configuration.steps)
        event.gradientNorm = outcome.gradientNorm.isFinite ? outcome.gradientNorm : nil
        event.secondsPerStep = pace.secondsPerStep
        event.secondsLeft = pace.secondsPerStep.map { $0 * Double(configuration.steps - state.step) }
        report(event)
    }

    private func validate() throws {
        guard let validation, state.curve.last?.step != state.step else { return }
        var all = step.parameters
        all.tensors.merge(optimiser.averages.tensors) { $1 }
        let network = try model.rebuilt(from: all, scope: configuration.scope)
        let score = try validation.score(network) { done in
            var reading = self.event(.preparing)
            reading.slices = [done, validation.entries.count]
            observe(reading)
        }
        let loss = state.lossCount > 0 ? state.meanLoss : nil
        state.curve.append(LearningCurvePoint(step: state.step, loss: loss, score: score))
        state.lossSum = LossParts()
        state.lossCount = 0
        var event = self.event(.validating)
        event.validation = score
        let gain = state.best.map { score.meanDice - $0.score.meanDice } ?? .infinity
        event.isBest = gain > configuration.validation.smallestGain
        if gain > configuration.validation.smallestGain {
            let name = "best-\(Self.padded(state.step)).safetensors"
            let weights = state.step == 0 ? nil : try folder.write(optimiser.averages, as: name)
            state.best = RunState.Best(step: state.step, score: score, weights: weights)
            state.validationsWithoutGain = 0
        } else {
            state.validationsWithoutGain += 1
        }
        report(event)
    }

    private var hasLostPatience: Bool {
        guard validation != nil, let patience = configuration.validation.patience else { return false }
        return state.validationsWithoutGain >= patience
    }

    private var isCheckpointDue: Bool {
        let since = state.step - state.checkpointStep
        if let limit = configuration.stepsBetweenCheckpoints, since >= limit { return true }
        return pace.secondsSinceSaving(at: clock.now()) >= configuration.secondsBetweenCheckpoints
    }

    /// Writes the state down.
    private func save() throws {
        if state.checkpoint == nil || state.checkpointStep != state.step {
            state.checkpoint = try folder.write(
                optimiser.stored,
                as: "checkpoint-\(Self.padded(state.step)).safetensors"
            )
            state.optimiserSteps = optimiser.stepCount
            state.parameterSteps = optimiser.stepCounts
            state.checkpointStep = state.step
        }
        state.seconds = pace.seconds(at: clock.now())
        try folder.commit(state)
        pace.saved(at: clock.now())
        report(event(.saving))
    }

    // MARK: - The end

    private func finish(_ outcome: TrainingOutcome) throws -> TrainingResult {
        try validate()
        if let best = state.best {
            state.chosen = best.weights
            state.chosenStep = best.step
        } else {
            state.chosen = try folder.write(
                optimiser.averages,
                as: "final-\(Self.padded(state.step)).safetensors"
            )
            state.chosenStep = state.step
        }
        state.outcome = outcome
        state.checkpoint = nil
        state.seconds = pace.seconds(at: clock.now())
        try folder.write(summary(outcome), as: "summary.json")
        try folder.commit(state)
        var last = event(.finished)
        last.outcome = outcome
        report(last)
        return try result()
    }

    private func interrupted() -> TrainingResult {
        var last = event(.finished)
        last.outcome = .interrupted
        report(last)
        return TrainingResult(weights: nil, summary: summary(.interrupted))
    }

    /// The result of a run that has ended.
    private func result() throws -> TrainingResult {
        var weights = original
        if let chosen = state.chosen {
            let trained = NamedTensors(try folder.read(chosen).tensors, packed: step.parameters.packed)
            weights.tensors.merge(trained.unpacked().tensors) { $1 }
        }
        return TrainingResult(weights: weights, summary: summary(state.outcome ?? .completed))
    }

    private func summary(_ outcome: TrainingOutcome) -> TrainingSummary {
        let entries = data.training.entries
        let origins = Dictionary(grouping: entries, by: \.origin.rawValue)
        return TrainingSummary(
            outcome: outcome,
            steps: state.step,
            seconds: state.seconds,
            chosenStep: state.outcome == nil ? state.best?.step ?? state.step : state.chosenStep,
            initialScore: state.curve.first?.score,
            chosenScore: state.best?.score,
            curve: state.curve,
            validationKind: validation == nil ? .none : data.validationKind,
            sliceCounts: [entries.count, validation?.entries.count ?? 0],
            caseCounts: origins.mapValues { Set($0.map(\.caseID)).count },
            configuration: configuration,
            plan: state.plan,
            trainedValues: optimiser.states.reduce(0) { $0 + $1.parameter.count }
        )
    }

    private func event(_ phase: TrainingProgress.Phase) -> TrainingProgress {
        TrainingProgress(phase: phase, step: state.step, steps: configuration.steps)
    }

    private func report(_ event: TrainingProgress) {
        folder.log.append(event)
        observe(event)
    }

    /// Eight digits, so that names sort by number.
    private static func padded(_ step: Int) -> String {
        let digits = String(step)
        return String(repeating: "0", count: max(0, 8 - digits.count)) + digits
    }
}

extension RunState {
    fileprivate var meanLoss: LossParts {
        var mean = LossParts()
        mean.add(lossSum, share: 1 / Double(max(1, lossCount)))
        return mean
    }
}

/// How fast a run goes.
private struct Pace {
    private let start: Double
    private let earlier: Double
    private var lastSaving: Double
    private var recent: [Double] = []

    init(start: Double, earlier: Double) {
        self.start = start
        self.earlier = earlier
        lastSaving = start
    }

    func seconds(at now: Double) -> Double { earlier + now - start }
    func secondsSinceSaving(at now: Double) -> Double { now - lastSaving }
    mutating func saved(at now: Double) { lastSaving = now }

    mutating func took(_ seconds: Double) {
        recent.append(seconds)
        if recent.count > 20 { recent.removeFirst() }
    }

    var secondsPerStep: Double? { recent.isEmpty ? nil : recent.reduce(0, +) / Double(recent.count) }
}
