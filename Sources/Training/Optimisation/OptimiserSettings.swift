/// How parameters move along their gradients.
public struct OptimiserSettings: Sendable, Hashable, Codable {
    /// What weight decay means.
    public enum Rule: String, Sendable, Hashable, Codable {
        /// Adam (Kingma and Ba 2015): decay is added to the gradient.
        case adam
        /// AdamW (Loshchilov and Hutter 2019): decay shrinks the parameter itself.
        case adamW
    }

    /// Adam or AdamW.
    public var rule: Rule
    /// β₁: how much of the gradient's running mean is kept.
    public var meanDecay: Double
    /// β₂: how much of the running mean of the squared gradient is kept.
    public var squareDecay: Double
    /// ε: keeps small gradients from being blown up.
    public var epsilon: Double
    /// How strongly parameters are pulled towards zero.
    public var weightDecay: Double
    /// Whether parameters of rank 0 and 1 (biases, scales of normalisations) are pulled too; as a rule they are not.
    public var decaysVectors: Bool

    /// Settings; what is left out is PyTorch's default, with no weight decay.
    public init(
        rule: Rule = .adamW,
        meanDecay: Double = 0.9,
        squareDecay: Double = 0.999,
        epsilon: Double = 1e-8,
        weightDecay: Double = 0,
        decaysVectors: Bool = false
    ) {
        self.rule = rule
        self.meanDecay = meanDecay
        self.squareDecay = squareDecay
        self.epsilon = epsilon
        self.weightDecay = weightDecay
        self.decaysVectors = decaysVectors
    }

    /// SAM-Med2D's: Adam without weight decay.
    public static let adam = OptimiserSettings(rule: .adam)
    /// AdamW with a weight decay of 0.01.
    public static let adamW = OptimiserSettings(rule: .adamW, weightDecay: 0.01)

    /// The decay of a parameter with that many axes.
    func weightDecay(rank: Int) -> Double { rank >= 2 || decaysVectors ? weightDecay : 0 }
}
