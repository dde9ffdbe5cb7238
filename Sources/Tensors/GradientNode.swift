import Synchronization

/// One step of a computation whose gradient is wanted: what it was computed from, and how a gradient passes back.
///
/// Nodes hold on to what their backward step needs, so a graph lives as long as its result. Numbers grow in the order of
/// the computation: descending order is an order in which gradients are complete when they are passed on.
final class GradientNode: Sendable {
    /// Gives the gradients of the inputs, in their order, from that of the result; nil where an input is not tracked.
    ///
    /// The step may use the gradient's memory for its own: nobody looks at it afterwards.
    typealias Backward = @Sendable (_ gradient: inout Tensor) -> [Tensor?]

    let number: UInt64
    /// The inputs' nodes; nil where no gradient is wanted.
    let inputs: [GradientNode?]
    /// nil for a leaf.
    let backward: Backward?

    private static let next = Atomic<UInt64>(0)

    /// A leaf: a tensor whose gradient is asked for.
    init() {
        number = Self.next.wrappingAdd(1, ordering: .relaxed).oldValue
        inputs = []
        backward = nil
    }

    /// A step.
    init(inputs: [GradientNode?], backward: @escaping Backward) {
        number = Self.next.wrappingAdd(1, ordering: .relaxed).oldValue
        self.inputs = inputs
        self.backward = backward
    }
}
