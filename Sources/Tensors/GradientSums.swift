/// The gradients that have arrived at the nodes of a graph.
struct GradientSums {
    /// The branch that is passed through; nil for everything that can be reached.
    private let branch: GradientBranch?
    private var sums: [ObjectIdentifier: Tensor] = [:]
    /// The gradients of leaves, and, where a branch is passed through, of the nodes outside it.
    private var ends: [ObjectIdentifier: Tensor] = [:]
    /// Nodes that have a gradient and have not passed it on, the latest computed at the end.
    private var waiting: [GradientNode] = []

    init(within branch: GradientBranch? = nil) {
        self.branch = branch
    }

    /// The gradient of a leaf or of a node outside the branch; nil where none has arrived.
    func gradient(of node: GradientNode) -> Tensor? { ends[ObjectIdentifier(node)] }

    /// Passes gradients from every node to its inputs, each node once, when all its contributions have come.
    mutating func passBack() {
        while let node = waiting.popLast() {
            guard var gradient = sums.removeValue(forKey: ObjectIdentifier(node)) else { continue }
            guard let backward = node.backward else {
                ends[ObjectIdentifier(node)] = gradient
                continue
            }
            let contributions = backward(&gradient)
            precondition(contributions.count == node.inputs.count, "a gradient for every input")
            for (input, contribution) in zip(node.inputs, contributions) {
                if let input, let contribution { add(contribution, to: input) }
            }
        }
    }

    /// Adds a contribution to what has arrived at a node.
    mutating func add(_ gradient: Tensor, to node: GradientNode) {
        let key = ObjectIdentifier(node)
        if let branch, node.branch !== branch {
            if ends[key] == nil { ends[key] = gradient } else { ends[key]?.add(gradient) }
            return
        }
        if sums[key] != nil {
            sums[key]?.add(gradient)
            return
        }
        sums[key] = gradient
        var place = waiting.endIndex
        while place > 0, waiting[place - 1].number > node.number { place -= 1 }
        waiting.insert(node, at: place)
    }
}
