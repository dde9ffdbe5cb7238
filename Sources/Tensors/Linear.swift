/// x · Wᵀ + bias along the last axis.
public struct Linear: Sendable {
    /// `[outputs, inputs]`.
    public let weight: Tensor
    /// `[outputs]`, or nil.
    public let bias: Tensor?
    /// The weights arranged for inference.
    package let prepared: (any PreparedProduct)?

    /// The length of the last axis that it takes.
    public var inputs: Int { weight.shape[1] }
    /// The length of the last axis that it gives.
    public var outputs: Int { weight.shape[0] }

    /// Whether a gradient of a parameter is wanted.
    package var isTracked: Bool { weight.isTracked || bias?.isTracked == true }

    /// Takes a weight `[outputs, inputs]` and a bias `[outputs]`.
    public init(weight: Tensor, bias: Tensor?) {
        self.init(weight: weight, bias: bias, prepared: nil)
    }

    private init(weight: Tensor, bias: Tensor?, prepared: (any PreparedProduct)?) {
        precondition(weight.shape.count == 2, "a linear weight has two axes, not \(weight.shape)")
        precondition(bias == nil || bias?.count == weight.shape[0], "bias does not fit weight \(weight.shape)")
        self.weight = weight
        self.bias = bias
        self.prepared = prepared
    }

    /// The same map with its weights prepared for inference.
    package func prepared(_ name: String, by preparation: (any LayerPreparation)?) -> Linear {
        let weight = weight
        let weights = WeightsToPrepare(outputs: outputs, inputs: inputs, bias: bias) { weight }
        return Linear(weight: weight, bias: bias, prepared: preparation?.product(name, weights))
    }

    /// `[…, inputs]` to `[…, outputs]`, then the activation.
    public func callAsFunction(_ x: Tensor, activation: Activation = .identity) -> Tensor {
        let inputs = [x, weight] + (bias.map { [$0] } ?? [])
        if let prepared, prepared.isWanted, !inputs.contains(where: \.isTracked) {
            return prepared(x, activation: activation)
        }
        var y = x.detached().multiplied(byTransposed: weight.detached())
        guard inputs.contains(where: \.isTracked) else {
            y.add(bias: bias, activation: activation)
            return y
        }
        let point = y.addKeepingPoint(bias: bias?.detached(), activation: activation)
        let (node, size) = (weight.node, weight.count)
        let (weight, x) = (x.isTracked ? weight.detached() : nil, weight.isTracked ? x.detached() : nil)
        let inputCount = inputs.count
        let biasShape = bias.flatMap { $0.isTracked ? $0.shape : nil }
        return y.recordingInPlace(inputs) { gradient in
            gradient.passBack(through: activation, at: point)
            let own = x.map { SumOverRows(left: gradient, right: $0) { $0.multipliedOverRows(by: $1) } }
            let gradients = [
                weight.map { gradient.multiplied(by: $0) },
                own.flatMap { GradientNode.gradient(of: node, count: size, from: $0) },
                biasShape.map { gradient.summedOverRows().reshaped($0) },
            ]
            return Array(gradients.prefix(inputCount))
        }
    }
}
