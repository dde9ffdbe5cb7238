import SegmentAnything

/// Everything that decides what a run does, written down with it.
public struct TrainingConfiguration: Sendable, Hashable, Codable {
    /// The layout of this record on disk.
    public static let currentFormat = 1

    /// What networks compute with; parameters are fp32 in any case.
    public enum Precision: String, Sendable, Hashable, Codable {
        case float32
        case bfloat16
    }

    /// The layout of this record.
    public private(set) var format = TrainingConfiguration.currentFormat
    /// What learns.
    public var scope: TrainingScope
    /// The seed of every random choice.
    public var seed: UInt64 = 1
    /// How many steps there are; a step is one batch of images with all rounds of prompts.
    public var steps: Int = 400
    /// How many images a step has.
    public var imagesPerStep: Int = 2
    /// Prompts and rounds.
    public var prompts: PromptRecipe
    /// What is minimised.
    public var loss: LossSettings
    /// How parameters move.
    public var optimiser: OptimiserSettings
    /// How fast.
    public var learningRate = LearningRateSchedule()
    /// Gradients are scaled down to this norm; nil leaves them alone.
    public var clippingNorm: Double? = 1
    /// How much of the running average of the parameters is kept per optimiser step; nil keeps none.
    public var averageDecay: Double? = 0.995
    /// How slices are changed.
    public var augmentation = Augmentation()
    /// How slices are drawn.
    public var sampling = SamplingSettings()
    /// When and how is validated.
    public var validation = ValidationSettings()
    /// What is needed to begin.
    public var minimum = MinimumCounts()
    /// What networks compute with.
    public var precision = Precision.float32
    /// How outputs of frozen layers are stored.
    public var frozenPartPrecision = FrozenPartPrecision.float16
    /// How many bytes the run may use; nil is no limit.
    public var memoryBudget: Int?
    /// How many bytes of that are for the outputs of frozen layers.
    public var cacheMemory: Int = 512 << 20
    /// How many seconds the run may train, over all resumptions; nil is no limit.
    public var timeBudget: Double?
    /// After how many seconds the state is written down.
    public var secondsBetweenCheckpoints: Double = 120
    /// After how many steps the state is written down at the latest; nil is no limit.
    public var stepsBetweenCheckpoints: Int?

    /// A configuration with the defaults of a network's published recipe.
    public init(scope: TrainingScope, prompts: PromptRecipe, loss: LossSettings, optimiser: OptimiserSettings) {
        self.scope = scope
        self.prompts = prompts
        self.loss = loss
        self.optimiser = optimiser
    }

    /// The published recipe for a network: SAM-Med2D's with Adam where it takes points, LiteMedSAM's with AdamW and boxes
    /// alone where it does not.
    public static func published(for traits: ModelTraits, scope: TrainingScope) -> TrainingConfiguration {
        if traits.takesPoints && traits.takesMasks {
            return TrainingConfiguration(scope: scope, prompts: .samMed2D, loss: .samMed2D, optimiser: .adam)
        }
        var configuration = TrainingConfiguration(
            scope: scope,
            prompts: .boxes,
            loss: .liteMedSAM,
            optimiser: .adamW
        )
        // docs/training.md has what was tried: higher rates harm what was good, and one structure of each of eight slices
        // teaches more than five of each of two.
        configuration.imagesPerStep = 8
        configuration.prompts.promptsPerImage = 1
        configuration.learningRate = LearningRateSchedule(peak: 1e-4, warmUpSteps: 10)
        return configuration
    }

    /// Throws ``TrainingError/invalidConfiguration(_:)`` or ``TrainingError/unsupported(_:)``.
    func validate(for model: some TrainableModel) throws(TrainingError) {
        func require(_ condition: Bool, _ detail: String) throws(TrainingError) {
            guard condition else { throw .invalidConfiguration(detail) }
        }
        guard type(of: model).scopes.contains(scope) else {
            let known = type(of: model).scopes.map(\.rawValue).joined(separator: ", ")
            throw .unsupported("\(model.traits.architecture) cannot train \(scope.rawValue), only \(known)")
        }
        let takesAll = model.traits.takesPoints && model.traits.takesMasks
        guard takesAll || prompts.rounds == 0 && prompts.boxShare >= 1 else {
            throw .unsupported("\(model.traits.architecture) learns from boxes alone: no points and no rounds")
        }
        try require(steps > 0 && imagesPerStep > 0, "a run needs at least one step and one image in it")
        try require(prompts.promptsPerImage > 0 && prompts.rounds >= 0, "a step needs at least one prompt")
        try require(
            prompts.rounds == 0 || !prompts.pointCounts.isEmpty && prompts.pointCounts.allSatisfy { $0 > 0 },
            "the numbers of points are at least 1"
        )
        try require(learningRate.peak > 0 && learningRate.peak.isFinite, "the learning rate is above 0")
        try require(clippingNorm.map { $0 > 0 } ?? true, "the clipping norm is above 0")
        try require(averageDecay.map { (0..<1).contains($0) } ?? true, "the decay of the average is in 0..<1")
        try require(
            augmentation.keptVariants >= 0 && augmentation.smallestScale > 0
                && augmentation.largestScale >= augmentation.smallestScale,
            "the augmentation is out of range"
        )
        try require(validation.everySteps > 0, "validation comes every so many steps, at least 1")
        try require(stepsBetweenCheckpoints.map { $0 > 0 } ?? true, "a checkpoint comes after at least one step")
    }
}

/// When and how a run is judged.
public struct ValidationSettings: Sendable, Hashable, Codable {
    /// After how many steps.
    public var everySteps: Int
    /// After how many validations without a better one the run ends; nil goes on to the last step.
    public var patience: Int?
    /// How much better the mean Dice must be to count.
    public var smallestGain: Double
    /// How many slices are looked at, at most; always the same ones.
    public var largestCount: Int

    /// When and how.
    public init(everySteps: Int = 50, patience: Int? = 6, smallestGain: Double = 1e-4, largestCount: Int = 200) {
        self.everySteps = everySteps
        self.patience = patience
        self.smallestGain = smallestGain
        self.largestCount = largestCount
    }
}
