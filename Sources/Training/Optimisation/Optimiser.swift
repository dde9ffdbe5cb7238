import Checkpoints
import Tensors

/// Adam or AdamW over named parameters, as PyTorch computes them: fp32 state, corrected for its start from zero.
///
/// Parameters and state are changed in place. Whoever holds a copy of ``parameters`` while a step is taken makes it copy
/// them, so a network and its graph should be let go of first.
public struct Optimiser: Sendable {
    /// What a step did.
    public struct StepReport: Sendable, Hashable {
        /// The Euclidean norm of all gradients together, before clipping.
        public let gradientNorm: Double
        /// False where the norm is infinite or not a number: nothing was changed.
        public let isTaken: Bool
    }

    /// The rule and its constants.
    public let settings: OptimiserSettings
    /// How much of the running average of the parameters is kept; nil where none is.
    public let averageDecay: Double?
    /// How many steps were taken.
    public internal(set) var stepCount = 0
    /// The names of the parameters, sorted: the order of every sum.
    public let names: [String]
    var states: [OptimisedTensor]
    /// How many steps each parameter has taken. PyTorch counts them so: a parameter without a gradient is passed over,
    /// and neither its moments nor its corrections move.
    var stepCounts: [Int]

    /// Begins with these parameters; the running average begins with them too.
    public init(_ parameters: NamedTensors, settings: OptimiserSettings, averageDecay: Double? = nil) {
        self.settings = settings
        self.averageDecay = averageDecay
        names = parameters.tensors.keys.sorted { $0.utf8.lexicographicallyPrecedes($1.utf8) }
        stepCounts = [Int](repeating: 0, count: names.count)
        states = names.compactMap { parameters.tensors[$0] }.map { tensor in
            OptimisedTensor(
                parameter: tensor.detached(),
                mean: Tensor(zeros: tensor.shape),
                square: Tensor(zeros: tensor.shape),
                average: averageDecay.map { _ in tensor.detached() }
            )
        }
    }

    /// The present parameters; they share memory with the optimiser's own.
    public var parameters: NamedTensors {
        NamedTensors(Dictionary(uniqueKeysWithValues: zip(names, states.map(\.parameter))))
    }

    /// The running average of the parameters, the parameters themselves where none is kept.
    public var averages: NamedTensors {
        NamedTensors(Dictionary(uniqueKeysWithValues: zip(names, states.map { $0.average ?? $0.parameter })))
    }

    /// Takes one step.
    ///
    /// A parameter without a gradient stays as it is, with its moments. Where the norm of all gradients together exceeds
    /// `clippingNorm`, they are scaled down to it. A gradient that is not finite changes nothing.
    @discardableResult
    public mutating func step(
        _ gradients: [String: Tensor],
        learningRate: Double,
        clippingNorm: Double? = nil
    ) -> StepReport {
        precondition(Set(gradients.keys).isSubset(of: names), "a gradient of something that is no parameter")
        let present = names.map { gradients[$0] }
        let norm = present.reduce(0) { $0 + ($1?.sumOfSquares() ?? 0) }.squareRoot()
        guard norm.isFinite else { return StepReport(gradientNorm: norm, isTaken: false) }
        // The small addend is that of torch.nn.utils.clip_grad_norm_.
        let factor = clippingNorm.map { min(1, $0 / (norm + 1e-6)) } ?? 1
        let averageWeight = averageWeight
        for (index, gradient) in present.enumerated() {
            guard let gradient else {
                states[index].followParameter(weight: averageWeight)
                continue
            }
            stepCounts[index] += 1
            let step = AdamStep(
                number: stepCounts[index],
                moments: (settings.meanDecay, settings.squareDecay, settings.epsilon),
                learningRate: learningRate,
                weightDecay: (settings.weightDecay(rank: gradient.shape.count), settings.rule == .adamW),
                gradientFactor: factor,
                averageWeight: averageWeight
            )
            states[index].take(step, gradient: gradient)
        }
        stepCount += 1
        return StepReport(gradientNorm: norm, isTaken: true)
    }

    /// How far the running average moves in the coming step. It follows closely at first, so that it does not remember
    /// the start for ever: decay min(d, (1 + n) / (10 + n)), as in TensorFlow's `ExponentialMovingAverage`.
    private var averageWeight: Double {
        guard let averageDecay else { return 0 }
        return 1 - min(averageDecay, Double(1 + stepCount) / Double(10 + stepCount))
    }
}
