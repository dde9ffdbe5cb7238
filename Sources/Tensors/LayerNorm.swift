/// Normalises every row (the last axis) to mean 0 and variance 1, then scales and shifts each element.
///
/// On `[…, rows, columns, channels]` this is also what PyTorch code calls LayerNorm2d.
public struct LayerNorm: Sendable {
    /// `[width]`.
    public let scale: Tensor
    /// `[width]`.
    public let shift: Tensor
    /// What is added to the variance.
    public let epsilon: Float

    /// Takes a scale and a shift `[width]` and the ε inside the square root.
    public init(scale: Tensor, shift: Tensor, epsilon: Float) {
        precondition(scale.count == shift.count, "scale \(scale.shape) and shift \(shift.shape)")
        self.scale = scale
        self.shift = shift
        self.epsilon = epsilon
    }

    /// Keeps the shape.
    public func callAsFunction(_ x: Tensor) -> Tensor {
        x.normalised(scale: scale, shift: shift, epsilon: epsilon)
    }
}
