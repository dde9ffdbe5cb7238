import Checkpoints
import SegmentAnything

/// What a run came to.
public struct TrainingSummary: Sendable, Hashable, Codable {
    /// The layout of this record on disk.
    public static let currentFormat = 1

    /// The layout of this record.
    public private(set) var format = TrainingSummary.currentFormat
    /// How the run ended.
    public let outcome: TrainingOutcome
    /// How many steps were taken.
    public let steps: Int
    /// Seconds over all resumptions.
    public let seconds: Double
    /// After which step the weights are those that are handed out; 0 are the weights that the run began with.
    public let chosenStep: Int
    /// The score of the weights that the run began with.
    public let initialScore: ValidationScore?
    /// The score of the weights that are handed out.
    public let chosenScore: ValidationScore?
    /// The learning curve.
    public let curve: [LearningCurvePoint]
    /// What validation was done on.
    public let validationKind: ValidationKind
    /// Slices to learn from and to validate on.
    public let sliceCounts: [Int]
    /// Cases to learn from, by origin.
    public let caseCounts: [String: Int]
    /// Segments that were not learnt because there was too little of them, with their numbers of slices; nil in summaries
    /// of older versions.
    public let leftOut: [String: Int]?
    /// How the run was set up.
    public let configuration: TrainingConfiguration
    /// How steps were cut up.
    public let plan: MemoryPlan
    /// The number of values that learnt.
    public let trainedValues: Int
}

/// What early stopping relies on.
public enum ValidationKind: String, Sendable, Hashable, Codable {
    /// Patients that are not learnt from.
    case patients
    /// Parts of series whose other parts are learnt from: there were too few patients. Scores are optimistic.
    case slabs
    /// Nothing: the last weights are handed out.
    case none
}

/// One point of a learning curve.
public struct LearningCurvePoint: Sendable, Hashable, Codable {
    /// After how many steps.
    public let step: Int
    /// The mean loss of the steps since the point before; nil at the start.
    public let loss: LossParts?
    /// What validation found.
    public let score: ValidationScore
}

/// The weights and the story of a run.
public struct TrainingResult: Sendable {
    /// All tensors of the network in the layout of checkpoints, for ``SafetensorsWriter``; nil where the run was interrupted
    /// and can be resumed.
    public let weights: NamedTensors?
    /// What the run came to.
    public let summary: TrainingSummary
}
