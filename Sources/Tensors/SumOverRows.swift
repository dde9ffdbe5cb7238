/// A weight's gradient that is not computed yet: both sides of a product whose rows are summed over.
///
/// Branches that use one weight with few rows each would write a gradient of the weight's size each, and these would be added.
/// Put together, their rows are one product, and the gradient is written once.
struct SumOverRows: Sendable {
    /// `[B, …]`, as the product takes it.
    let left: Tensor
    /// As ``left``.
    let right: Tensor
    /// The gradient from both sides, of one branch or joined along the outermost axis.
    let product: @Sendable (_ left: Tensor, _ right: Tensor) -> Tensor

    /// The gradient of all parts, which belong to one use of a weight, in their order.
    static func total(of parts: [SumOverRows]) -> Tensor? {
        guard let first = parts.first else { return nil }
        guard parts.count > 1 else { return first.product(first.left, first.right) }
        return first.product(Tensor.joined(parts.map(\.left)), Tensor.joined(parts.map(\.right)))
    }

    /// Whether parts can be joined: the same use of a weight in branches that differ in their number of items alone.
    func fits(_ other: SumOverRows) -> Bool {
        left.shape.dropFirst() == other.left.shape.dropFirst()
            && right.shape.dropFirst() == other.right.shape.dropFirst()
    }
}

extension GradientNode {
    /// The gradient of a weight from both sides of its product: computed, or, where the branch that is being passed back
    /// through ends at this node and the sides are small beside the weight, left to where branches come together; then nil.
    static func gradient(of weight: GradientNode?, count: Int, from sum: SumOverRows) -> Tensor? {
        if let weight, let branch = currentBranch, weight.branch !== branch,
            2 * (sum.left.count + sum.right.count) <= count
        {
            branch.leave(sum, to: weight)
            return nil
        }
        return sum.product(sum.left, sum.right)
    }
}
