import DurableFiles

/// What a run must know to go on: the one file whose replacement makes a step durable.
struct RunState: Sendable, Codable, Equatable {
    static let currentFormat = 1

    var format = RunState.currentFormat
    /// The digest of everything that decides the result; a folder with another belongs to another run.
    var fingerprint: SHA256Digest
    var plan: MemoryPlan
    /// How many steps are done.
    var step = 0
    var seconds = 0.0
    /// Nil before the first checkpoint.
    var checkpoint: StoredWeights?
    /// The step that the checkpoint was written after.
    var checkpointStep = 0
    /// Of the optimiser, in the order of its names.
    var optimiserSteps = 0
    var parameterSteps: [Int] = []
    var best: Best?
    var validationsWithoutGain = 0
    var curve: [LearningCurvePoint] = []
    /// The losses since the last point of the curve, added.
    var lossSum = LossParts()
    var lossCount = 0
    /// How the run ended; nil while it runs or can be resumed.
    var outcome: TrainingOutcome?
    /// The weights that are handed out, once the run has ended.
    var chosen: StoredWeights?
    var chosenStep = 0

    struct StoredWeights: Sendable, Codable, Equatable {
        let name: String
        let byteCount: Int
        let sha256: SHA256Digest
    }

    struct Best: Sendable, Codable, Equatable {
        let step: Int
        let score: ValidationScore
        /// Nil for the weights that the run began with.
        let weights: StoredWeights?
    }

    /// The mean loss since the last point of the curve; nil where there was none.
    var meanLoss: LossParts? {
        guard lossCount > 0 else { return nil }
        var mean = LossParts()
        mean.add(lossSum, share: 1 / Double(lossCount))
        return mean
    }

    /// The files of weights that the state needs.
    var fileNames: Set<String> {
        Set([checkpoint?.name, best?.weights?.name, chosen?.name].compactMap { $0 })
    }
}
