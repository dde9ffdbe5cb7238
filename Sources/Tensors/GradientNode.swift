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
    ///
    /// `nonisolated(unsafe)`: it changes only when its last holder lets the node go.
    nonisolated(unsafe) private(set) var inputs: [GradientNode?]
    /// nil for a leaf.
    let backward: Backward?
    /// The branch of the computation that the step belongs to; nil outside of all.
    let branch: GradientBranch?

    /// The branch that is being computed.
    @TaskLocal static var currentBranch: GradientBranch?

    private static let next = Atomic<UInt64>(0)

    /// A leaf: a tensor whose gradient is asked for.
    init() {
        number = Self.next.wrappingAdd(1, ordering: .relaxed).oldValue
        inputs = []
        backward = nil
        branch = Self.currentBranch
    }

    /// A step.
    init(inputs: [GradientNode?], backward: @escaping Backward) {
        number = Self.next.wrappingAdd(1, ordering: .relaxed).oldValue
        self.inputs = inputs
        self.backward = backward
        branch = Self.currentBranch
    }

    /// Lets the inputs go one after the other: left to themselves, they would do so by recursion, and a graph of tens of
    /// thousands of steps would overflow the stack.
    deinit {
        var waiting = inputs.compactMap { $0 }
        inputs = []
        while var node = waiting.popLast() {
            guard isKnownUniquelyReferenced(&node) else { continue }
            waiting.append(contentsOf: node.inputs.compactMap { $0 })
            node.inputs = []
        }
    }
}
