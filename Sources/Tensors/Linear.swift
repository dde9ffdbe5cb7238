/// x · Wᵀ + bias along the last axis.
public struct Linear: Sendable {
    /// `[outputs, inputs]`.
    public let weight: Tensor
    /// `[outputs]`, or nil.
    public let bias: Tensor?

    /// The length of the last axis that it takes.
    public var inputs: Int { weight.shape[1] }
    /// The length of the last axis that it gives.
    public var outputs: Int { weight.shape[0] }

    /// Takes a weight `[outputs, inputs]` and a bias `[outputs]`.
    public init(weight: Tensor, bias: Tensor?) {
        precondition(weight.shape.count == 2, "a linear weight has two axes, not \(weight.shape)")
        precondition(bias == nil || bias?.count == weight.shape[0], "bias does not fit weight \(weight.shape)")
        self.weight = weight
        self.bias = bias
    }

    /// `[…, inputs]` to `[…, outputs]`, then the activation.
    public func callAsFunction(_ x: Tensor, activation: Activation = .identity) -> Tensor {
        let inputs = [x, weight] + (bias.map { [$0] } ?? [])
        var y = x.detached().multiplied(byTransposed: weight.detached())
        guard inputs.contains(where: \.isTracked) else {
            y.add(bias: bias, activation: activation)
            return y
        }
        let point = y.addKeepingPoint(bias: bias?.detached(), activation: activation)
        let (weight, x) = (x.isTracked ? weight.detached() : nil, weight.isTracked ? x.detached() : nil)
        let inputCount = inputs.count
        let biasShape = bias.flatMap { $0.isTracked ? $0.shape : nil }
        return y.recordingInPlace(inputs) { gradient in
            gradient.passBack(through: activation, at: point)
            let gradients = [
                weight.map { gradient.multiplied(by: $0) },
                x.map { gradient.multipliedOverRows(by: $0) },
                biasShape.map { gradient.summedOverRows().reshaped($0) },
            ]
            return Array(gradients.prefix(inputCount))
        }
    }
}
