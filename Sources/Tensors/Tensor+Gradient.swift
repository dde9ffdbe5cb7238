/// Reverse-mode differentiation (Griewank and Walther 2008): operations on tracked tensors note how gradients pass back.
///
/// Nothing is noted while no operand is tracked, so inference pays nothing, and a frozen weight (one that is not tracked)
/// never costs its gradient.
extension Tensor {
    /// Whether a gradient passes through this tensor.
    public var isTracked: Bool { node != nil }

    /// The same elements as a leaf: gradients can be asked for it, and everything computed from it is tracked.
    public func tracked() -> Tensor { with(GradientNode()) }

    /// The same elements without a history.
    public func detached() -> Tensor { node == nil ? self : with(nil) }

    /// The result of an operation on `inputs`, tracked where one of them is.
    ///
    /// `backward` takes the gradient of the result, in its shape, and answers the gradients of the inputs in their order
    /// and shapes; nil stands for an input that is not tracked. It must capture detached tensors, no tracked ones, and
    /// ask ``isTracked`` of the inputs beforehand in order not to compute what nobody wants.
    package func recording(
        _ inputs: [Tensor],
        backward: @escaping @Sendable (_ gradient: Tensor) -> [Tensor?]
    ) -> Tensor {
        recordingInPlace(inputs) { backward($0) }
    }

    /// The same with a step that may change the gradient, in place where nobody else holds it.
    package func recordingInPlace(
        _ inputs: [Tensor],
        backward: @escaping @Sendable (_ gradient: inout Tensor) -> [Tensor?]
    ) -> Tensor {
        guard inputs.contains(where: \.isTracked) else { return self }
        return recordingInPlace(from: inputs.map(\.node), backward: backward)
    }

    /// The same from the inputs' nodes, for an operation that has written over one of them.
    func recordingInPlace(
        from nodes: [GradientNode?],
        backward: @escaping GradientNode.Backward
    ) -> Tensor {
        nodes.contains { $0 != nil } ? with(GradientNode(inputs: nodes, backward: backward)) : self
    }

    /// The gradients of the sum of this tensor's elements, weighted by `seed` (ones where it is nil), with regard to
    /// leaves: each in its leaf's shape, nil where the leaf has no influence.
    ///
    /// Contributions are added in an order that depends on the computation alone, so that the result is the same bit for
    /// bit for any number of threads.
    public func gradients(of leaves: [Tensor], seed: Tensor? = nil) -> [Tensor?] {
        precondition(seed.map { $0.shape == shape } ?? true, "a seed of shape \(shape) is needed")
        precondition(leaves.allSatisfy { $0.node?.backward == nil && $0.isTracked }, "gradients are asked of leaves")
        guard let node else { return leaves.map { _ in nil } }
        let first = seed?.detached() ?? Tensor([Float](repeating: 1, count: count), shape: shape)
        var sums = GradientSums()
        sums.add(first, to: node)
        sums.passBack()
        return leaves.map { leaf in leaf.node.flatMap { sums.gradient(of: $0) } }
    }
}
