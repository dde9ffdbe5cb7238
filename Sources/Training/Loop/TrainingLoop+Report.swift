import Checkpoints
import Tensors

// What a run says of itself.
extension TrainingLoop {
    func event(_ phase: TrainingProgress.Phase) -> TrainingProgress {
        TrainingProgress(phase: phase, step: state.step, steps: request.configuration.steps)
    }

    func report(_ event: TrainingProgress) {
        request.folder.log.append(event)
        observe(event)
    }

    func report(_ outcome: TrainingStep<Model>.Outcome) {
        let configuration = request.configuration
        var event = event(.training)
        // Numbers that are not finite have no place in JSON.
        event.loss = outcome.loss.isFinite ? outcome.loss : nil
        event.learningRate = configuration.learningRate.rate(at: state.step - 1, of: configuration.steps)
        event.gradientNorm = outcome.gradientNorm.isFinite ? outcome.gradientNorm : nil
        event.secondsPerStep = pace.secondsPerStep
        event.secondsLeft = pace.secondsPerStep.map { $0 * Double(configuration.steps - state.step) }
        report(event)
    }

    func report(ended outcome: TrainingOutcome) {
        var last = event(.finished)
        last.outcome = outcome
        report(last)
    }

    func summary(_ outcome: TrainingOutcome) -> TrainingSummary {
        let entries = request.data.training.entries
        let origins = Dictionary(grouping: entries, by: \.origin.rawValue)
        return TrainingSummary(
            outcome: outcome,
            steps: state.step,
            seconds: state.seconds,
            chosenStep: state.outcome == nil ? state.best?.step ?? state.step : state.chosenStep,
            initialScore: state.curve.first?.score,
            chosenScore: state.best?.score,
            curve: state.curve,
            validationKind: validation == nil ? .none : request.data.validationKind,
            sliceCounts: [entries.count, validation?.entries.count ?? 0],
            caseCounts: origins.mapValues { Set($0.map(\.caseID)).count },
            leftOut: request.data.leftOut,
            configuration: request.configuration,
            plan: state.plan,
            trainedValues: optimiser.states.reduce(0) { $0 + $1.parameter.count }
        )
    }
}
