import DurableFiles
import Training

/// What a report and a model card say of the run that made a candidate.
public struct TrainingRun: Sendable, Hashable, Codable {
    /// A model that the candidate came from.
    public struct Parent: Sendable, Hashable, Codable {
        /// The name of its package.
        public var name: String
        /// SHA-256 of its weights.
        public var digest: SHA256Digest

        /// A model by name and weights.
        public init(name: String, digest: SHA256Digest) {
            self.name = name
            self.digest = digest
        }
    }

    /// One point of the learning curves.
    public struct Point: Sendable, Hashable, Codable {
        /// Optimiser steps so far.
        public var step: Int
        /// Of the training batches around this step.
        public var trainingLoss: Double?
        /// Mean Dice of what says when to stop.
        public var validationDice: Double?

        /// A point with whatever was measured at it.
        public init(step: Int, trainingLoss: Double? = nil, validationDice: Double? = nil) {
            self.step = step
            self.trainingLoss = trainingLoss
            self.validationDice = validationDice
        }
    }

    /// A setting as people read it.
    public struct Setting: Sendable, Hashable, Codable {
        /// For example `learning rate`.
        public var name: String
        /// For example `1e-4`.
        public var value: String

        /// A name and its value.
        public init(name: String, value: String) {
            self.name = name
            self.value = value
        }
    }

    /// Names the run; files are named after it.
    public var id: String
    /// What was trained, for example `decoder`.
    public var scope: String
    /// What the candidate came from, the nearest first.
    public var parents: [Parent]
    /// Whatever chance started from, by what it was for.
    public var seeds: [String: UInt64]
    /// What is worth reading, in order.
    public var settings: [Setting]
    /// How boxes were made to miss, and what that rests on.
    public var boxes: JitterBasis?
    /// In ascending order of steps.
    public var learning: [Point]
    /// The step whose weights the candidate has.
    public var chosenStep: Int?
    /// Wall-clock seconds.
    public var seconds: Double
    /// What a reader has to know, for example that slabs of training patients said when to stop.
    public var notes: [String]
    /// Where the labels are a network's output and no person's: a sentence that says which network's.
    public var labelOrigin: String?
    /// What is known to go wrong, beside what the evaluation finds by itself.
    public var knownFailures: [String]
    /// Who answers for the model; a name or a key, empty until somebody does.
    public var signOff: String

    /// A run; what is not said can be set afterwards.
    public init(id: String, scope: String, parents: [Parent], seeds: [String: UInt64]) {
        self.id = id
        self.scope = scope
        self.parents = parents
        self.seeds = seeds
        settings = []
        learning = []
        seconds = 0
        notes = []
        knownFailures = []
        signOff = ""
    }
}
