import Checkpoints
import SegmentAnything
import Tensors

/// One step: a batch of images, and an optimiser step for each round of prompts.
struct TrainingStep<Model: TrainableModel> {
    let model: Model
    /// All parameters, those that learn in training layout; the optimiser's take their place.
    let parameters: NamedTensors
    let configuration: TrainingConfiguration
    let plan: MemoryPlan

    /// The mean of the rounds' losses, and the largest gradient norm.
    struct Outcome: Sendable {
        var loss = LossParts()
        var gradientNorm = 0.0
        var roundsTaken = 0
    }

    /// Takes the step.
    func take(_ batch: TrainingBatch, step: Int, optimiser: inout Optimiser) throws -> Outcome {
        var random = CounterRandom(seed: configuration.seed, step: step, item: 0, purpose: .rounds)
        let rounds = configuration.prompts.plan(&random)
        let rate = configuration.learningRate.rate(at: step, of: configuration.steps)
        let labels = batch.labels(edge: model.inputSize)
        var outcome = Outcome()
        var features: [Tensor] = []
        var previous: [Tensor] = []
        for (number, round) in rounds.enumerated() {
            let prompts = prompts(round, number: number, batch, previous: previous, step: step)
            // The network and its graph are gone before the optimiser writes: it would copy what they share.
            let result = try RoundGradients(self, optimiser: optimiser).run(
                batch,
                prompts: prompts,
                labels: labels,
                features: number == 0 ? nil : features
            )
            features = result.features
            previous = result.logits
            let report = optimiser.step(
                result.gradients,
                learningRate: rate,
                clippingNorm: configuration.clippingNorm
            )
            outcome.loss.add(result.loss, share: 1 / Double(rounds.count))
            outcome.gradientNorm = max(outcome.gradientNorm, report.gradientNorm)
            outcome.roundsTaken += report.isTaken ? 1 : 0
        }
        guard outcome.roundsTaken > 0 else { throw TrainingError.diverged(step: step) }
        return outcome
    }

    /// The prompts of a round, image by image.
    private func prompts(
        _ round: PromptRound,
        number: Int,
        _ batch: TrainingBatch,
        previous: [Tensor],
        step: Int
    ) -> [PromptBatch] {
        let drawing = PromptDrawing(recipe: configuration.prompts, edge: model.inputSize)
        return batch.images.enumerated().map { index, image in
            var random = CounterRandom(
                seed: configuration.seed,
                step: step,
                item: index << 16 | number,
                purpose: round == .boxes ? .box : .points
            )
            switch round {
            case .boxes: return drawing.boxes(image.targets, random: &random)
            case .points: return drawing.points(image.targets, random: &random)
            case .corrections(let count):
                return drawing.corrections(count, image.targets, previous: previous[index], random: &random)
            case .masks:
                return drawing.corrections(0, image.targets, previous: previous[index], random: &random)
            }
        }
    }
}

/// What a loss is made of, as numbers.
public struct LossParts: Sendable, Hashable, Codable {
    /// The weighted sum.
    public var total = 0.0
    /// The mean over pixels, unweighted.
    public var pixels = 0.0
    /// 1 − Dice.
    public var dice = 0.0
    /// The squared error of the predicted intersection over union.
    public var quality = 0.0

    /// Nothing.
    public init() {}

    init(_ value: LossValue) {
        total = value.value
        pixels = value.pixels
        dice = value.dice
        quality = value.quality
    }

    mutating func add(_ other: LossParts, share: Double) {
        total += share * other.total
        pixels += share * other.pixels
        dice += share * other.dice
        quality += share * other.quality
    }

    /// Whether every part is a finite number.
    var isFinite: Bool { [total, pixels, dice, quality].allSatisfy(\.isFinite) }
}
