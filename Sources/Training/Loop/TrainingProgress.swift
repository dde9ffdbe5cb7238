/// Where a run stands: one event of its stream, and one line of `progress.jsonl`.
public struct TrainingProgress: Sendable, Hashable, Codable {
    /// The layout of this record on disk.
    public static let currentFormat = 1

    /// What the run is doing.
    public enum Phase: String, Sendable, Hashable, Codable {
        /// Slices are read and encoded.
        case preparing
        /// A step was taken.
        case training
        /// Validation has ended.
        case validating
        /// The state was written down.
        case saving
        /// The run has ended, or was stopped.
        case finished
    }

    /// The layout of this record.
    public private(set) var format = TrainingProgress.currentFormat
    /// What the run is doing.
    public var phase: Phase
    /// How many steps are done.
    public var step: Int
    /// How many steps there will be.
    public var steps: Int
    /// Slices done and to do, where slices are read or validated.
    public var slices: [Int]?
    /// The loss of the step.
    public var loss: LossParts?
    /// The learning rate of the step.
    public var learningRate: Double?
    /// The largest norm of gradients in the step, before clipping.
    public var gradientNorm: Double?
    /// What validation found.
    public var validation: ValidationScore?
    /// Whether it is the best so far.
    public var isBest: Bool?
    /// The mean of the recent steps.
    public var secondsPerStep: Double?
    /// An estimate from that mean: seconds until the last step.
    public var secondsLeft: Double?
    /// How the run ended.
    public var outcome: TrainingOutcome?

    /// An event.
    public init(phase: Phase, step: Int, steps: Int) {
        self.phase = phase
        self.step = step
        self.steps = steps
    }
}

/// How a run ended.
public enum TrainingOutcome: String, Sendable, Hashable, Codable {
    /// All steps were taken.
    case completed
    /// Validation did not get better any more.
    case stoppedEarly
    /// The time budget was used up.
    case outOfTime
    /// Somebody asked for it; the run can be resumed.
    case interrupted
}
