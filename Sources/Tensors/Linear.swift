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
        var y = x.multiplied(byTransposed: weight)
        y.add(bias: bias, activation: activation)
        return y
    }
}
