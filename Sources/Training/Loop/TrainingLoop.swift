import Checkpoints
import SegmentAnything
import Tensors

/// The loop of a run, and what it knows between steps.
final class TrainingLoop<Model: TrainableModel> {
    let request: RunRequest<Model>
    let validation: Validation<Model>?
    private let drawing: BatchDrawing<Model>
    private let step: TrainingStep<Model>
    private(set) var optimiser: Optimiser
    private(set) var state: RunState
    private(set) var pace: Pace
    private(set) var observe: (TrainingProgress) -> Void = { _ in }
    private var shouldStop: () -> Bool = { false }

    /// Somebody asked the run to stop while it was judged.
    private struct Interruption: Error {}

    init(_ request: RunRequest<Model>) throws {
        self.request = request
        let (trained, frozen) = try request.divided()
        state = try request.state(trained: trained, frozen: frozen)
        request.keepMemory(state.plan)
        try request.folder.sweep(keeping: state.fileNames)
        optimiser = try request.optimiser(trained, state: state)
        let preparation = try request.preparation()
        drawing = try request.drawing(preparation)
        validation = request.validation(preparation, plan: state.plan)
        // Those that learn are the optimiser's; here they would keep a second copy alive.
        step = TrainingStep(
            model: request.model,
            parameters: frozen,
            configuration: request.configuration,
            plan: state.plan
        )
        pace = Pace(start: request.clock.now(), earlier: state.seconds)
    }

    // MARK: - The loop

    func run(
        shouldStop: @escaping () -> Bool,
        observe: @escaping (TrainingProgress) -> Void
    ) throws -> TrainingResult {
        self.observe = observe
        self.shouldStop = shouldStop
        let precision: ProductPrecision = request.configuration.precision == .bfloat16 ? .bfloat16 : .float32
        return try ProductPrecision.$current.withValue(precision) {
            guard state.outcome == nil else { return try result() }
            try request.folder.write(request.configuration, as: "configuration.json")
            do {
                return try finish(try takeSteps())
            } catch is Interruption {
                try save()
                report(ended: .interrupted)
                return TrainingResult(weights: nil, summary: summary(.interrupted))
            }
        }
    }

    /// Takes steps until there is a reason to end.
    private func takeSteps() throws -> TrainingOutcome {
        let configuration = request.configuration
        while true {
            if shouldStop() { throw Interruption() }
            if state.step.isMultiple(of: configuration.validation.everySteps) {
                try validate()
                if hasLostPatience { return .stoppedEarly }
            }
            guard state.step < configuration.steps else { return .completed }
            if let budget = configuration.timeBudget, pace.seconds(at: request.clock.now()) >= budget {
                return .outOfTime
            }
            try takeStep()
            if isCheckpointDue { try save() }
        }
    }

    private func takeStep() throws {
        let start = request.clock.now()
        let batch = try drawing.batch(step: state.step)
        let outcome = try step.take(batch, step: state.step, optimiser: &optimiser)
        state.step += 1
        if outcome.loss.isFinite {
            state.lossSum.add(outcome.loss, share: 1)
            state.lossCount += 1
        }
        pace.took(request.clock.now() - start)
        report(outcome)
    }

    // MARK: - Judging

    /// Judges the averaged weights, once at each step.
    private func validate() throws {
        guard let validation, state.curve.last?.step != state.step else { return }
        let score = try score(validation)
        state.curve.append(LearningCurvePoint(step: state.step, loss: state.meanLoss, score: score))
        state.lossSum = LossParts()
        state.lossCount = 0
        let gain = state.best.map { score.meanDice - $0.score.meanDice } ?? .infinity
        let isBest = gain > request.configuration.validation.smallestGain
        if isBest {
            let name = "best-\(Self.padded(state.step)).safetensors"
            let weights = state.step == 0 ? nil : try request.folder.write(optimiser.averages, as: name)
            state.best = RunState.Best(step: state.step, score: score, weights: weights)
        }
        state.validationsWithoutGain = isBest ? 0 : state.validationsWithoutGain + 1
        var event = event(.validating)
        event.validation = score
        event.isBest = isBest
        report(event)
    }

    private func score(_ validation: Validation<Model>) throws -> ValidationScore {
        var all = step.parameters
        all.tensors.merge(optimiser.averages.tensors) { $1 }
        let network = try request.model.rebuilt(from: all, scope: request.configuration.scope)
        return try validation.score(network) { done in
            var event = event(.preparing)
            event.slices = [done, validation.entries.count]
            observe(event)
            if shouldStop() { throw Interruption() }
        }
    }

    private var hasLostPatience: Bool {
        guard validation != nil, let patience = request.configuration.validation.patience else { return false }
        return state.validationsWithoutGain >= patience
    }

    // MARK: - Saving

    private var isCheckpointDue: Bool {
        let configuration = request.configuration
        if let limit = configuration.stepsBetweenCheckpoints, state.step - state.checkpointStep >= limit { return true }
        return pace.secondsSinceSaving(at: request.clock.now()) >= configuration.secondsBetweenCheckpoints
    }

    /// Writes the state down.
    private func save() throws {
        if state.step != state.checkpointStep {
            let name = "checkpoint-\(Self.padded(state.step)).safetensors"
            state.checkpoint = try request.folder.write(optimiser.stored, as: name)
            state.checkpointStep = state.step
            state.optimiserSteps = optimiser.stepCount
            state.parameterSteps = optimiser.stepCounts
        }
        state.seconds = pace.seconds(at: request.clock.now())
        try request.folder.commit(state)
        pace.saved(at: request.clock.now())
        report(event(.saving))
    }

    // MARK: - The end

    private func finish(_ outcome: TrainingOutcome) throws -> TrainingResult {
        try validate()
        if let best = state.best {
            state.chosen = best.weights
            state.chosenStep = best.step
        } else {
            let name = "final-\(Self.padded(state.step)).safetensors"
            state.chosen = try request.folder.write(optimiser.averages, as: name)
            state.chosenStep = state.step
        }
        state.outcome = outcome
        state.checkpoint = nil
        state.seconds = pace.seconds(at: request.clock.now())
        try request.folder.write(summary(outcome), as: "summary.json")
        try request.folder.commit(state)
        report(ended: outcome)
        return try result()
    }

    /// The result of a run that has ended.
    private func result() throws -> TrainingResult {
        var weights = request.parameters
        if let chosen = state.chosen {
            let trained = NamedTensors(try request.folder.read(chosen).tensors, packed: step.parameters.packed)
            weights.tensors.merge(trained.unpacked().tensors) { $1 }
        }
        return TrainingResult(weights: weights, summary: summary(state.outcome ?? .completed))
    }

    /// Eight digits, so that names sort by number.
    private static func padded(_ step: Int) -> String {
        let digits = String(step)
        return String(repeating: "0", count: max(0, 8 - digits.count)) + digits
    }
}
