import Synchronization

/// A part of a computation that depends on no other part: its steps, and the backward steps after them, run side by side
/// with those of other branches.
final class GradientBranch: Sendable {
    /// What was left to be computed for nodes outside the branch, in the order of the backward steps.
    private let left = Mutex<[ObjectIdentifier: [SumOverRows]]>([:])

    /// Leaves a contribution to a node outside the branch to where branches come together.
    func leave(_ sum: SumOverRows, to node: GradientNode) {
        left.withLock { $0[ObjectIdentifier(node), default: []].append(sum) }
    }

    /// What was left, once.
    func takeLeft() -> [ObjectIdentifier: [SumOverRows]] {
        left.withLock { left in
            defer { left = [:] }
            return left
        }
    }

    /// The nodes outside the branch that steps of the branch were computed from, the latest first.
    func origins(of results: [GradientNode]) -> [GradientNode] {
        var seen: Set<ObjectIdentifier> = []
        var origins: [GradientNode] = []
        var waiting = results
        while let node = waiting.popLast() {
            guard seen.insert(ObjectIdentifier(node)).inserted else { continue }
            if node.branch === self {
                waiting.append(contentsOf: node.inputs.compactMap { $0 })
            } else {
                origins.append(node)
            }
        }
        return origins.sorted { $0.number > $1.number }
    }
}

extension Tensor {
    /// What a function gives for `0..<count`, computed side by side, and its gradients passed back side by side too.
    ///
    /// The function may use tracked tensors from outside; what it gives for one number must not depend on another's. Each
    /// branch adds its gradients up by itself, and then branches are added in their order: results are the same bit for bit
    /// for any number of threads. What is divided inside a branch stays on the branch's thread, as long as there are branches
    /// for all threads.
    package static func branched(_ count: Int, _ function: (Int) -> [Tensor]) -> [[Tensor]] {
        let branches = (0..<count).map { _ in GradientBranch() }
        let gathered = Mutex([[Tensor]](repeating: [], count: count))
        ComputeThreads.performLong(count) { index in
            let results = GradientNode.$currentBranch.withValue(branches[index]) { function(index) }
            gathered.withLock { $0[index] = results }
        }
        let results = gathered.withLock { $0 }
        guard results.contains(where: { $0.contains(where: \.isTracked) }) else { return results }
        return BranchJoint(branches, results: results.map { $0.map(\.node) }).joining(results)
    }
}

/// Where the branches of a computation come together again: gradients wait here until those of all results have arrived.
private final class BranchJoint: Sendable {
    private let branches: [GradientBranch]
    /// The nodes of each branch's results; nil where nothing in the branch is tracked.
    private let results: [[GradientNode?]]
    /// The nodes outside of all branches that gradients are passed to.
    private let origins: [GradientNode]
    private let arrived: Mutex<[[Tensor?]]>

    init(_ branches: [GradientBranch], results: [[GradientNode?]]) {
        self.branches = branches
        self.results = zip(branches, results).map { branch, nodes in
            nodes.map { $0?.branch === branch ? $0 : nil }
        }
        var seen: Set<ObjectIdentifier> = []
        origins = zip(branches, self.results).flatMap { branch, nodes in
            branch.origins(of: nodes.compactMap { $0 })
        }.filter { seen.insert(ObjectIdentifier($0)).inserted }
        arrived = Mutex(Self.nothing(for: results))
    }

    private static func nothing(for results: [[GradientNode?]]) -> [[Tensor?]] {
        results.map { Array(repeating: nil, count: $0.count) }
    }

    /// The results as the rest of the computation goes on with them.
    func joining(_ tensors: [[Tensor]]) -> [[Tensor]] {
        let joint = GradientNode(inputs: origins) { _ in self.passBack() }
        return tensors.indices.map { branch in
            tensors[branch].indices.map { place in
                let tensor = tensors[branch][place]
                // What a branch only hands through goes on as it came.
                guard results[branch][place] != nil else { return tensor }
                return tensor.with(
                    GradientNode(inputs: [joint]) { gradient in
                        self.take(gradient, branch, place)
                        // That the joint is to be visited is all that it has to be told.
                        return [Tensor(zeros: [1])]
                    }
                )
            }
        }
    }

    private func take(_ gradient: Tensor, _ branch: Int, _ place: Int) {
        arrived.withLock { $0[branch][place] = gradient }
    }

    /// The gradients of the origins.
    private func passBack() -> [Tensor?] {
        let seeds = arrived.withLock { arrived in
            defer { arrived = Self.nothing(for: results) }
            return arrived
        }
        let gathered = Mutex([GradientSums](repeating: GradientSums(), count: branches.count))
        ComputeThreads.performLong(branches.count) { index in
            var sums = GradientSums(within: branches[index])
            for (node, seed) in zip(results[index], seeds[index]) {
                if let node, let seed { sums.add(seed, to: node) }
            }
            GradientNode.$currentBranch.withValue(branches[index]) { sums.passBack() }
            gathered.withLock { $0[index] = sums }
        }
        let all = gathered.withLock { $0 }
        let left = branches.map { $0.takeLeft() }
        let found = Mutex([Tensor?](repeating: nil, count: origins.count))
        ComputeThreads.perform(origins.count) { index in
            let node = origins[index]
            var sum = all.reduce(into: Tensor?.none) { sum, branch in
                if let gradient = branch.gradient(of: node) { Self.add(gradient, to: &sum) }
            }
            for gradient in Self.totals(left.map { $0[ObjectIdentifier(node)] ?? [] }) { Self.add(gradient, to: &sum) }
            found.withLock { $0[index] = sum }
        }
        return found.withLock { $0 }
    }

    private static func add(_ gradient: Tensor, to sum: inout Tensor?) {
        if sum == nil { sum = gradient } else { sum?.add(gradient) }
    }

    /// What branches have left for one node: the first uses of all branches together, then the second, and so on; each use by
    /// itself where branches used the node differently.
    private static func totals(_ left: [[SumOverRows]]) -> [Tensor] {
        let parts = left.filter { !$0.isEmpty }
        guard let first = parts.first else { return [] }
        let isAlike = parts.allSatisfy { $0.count == first.count && zip($0, first).allSatisfy { $0.fits($1) } }
        guard isAlike else { return parts.joined().compactMap { SumOverRows.total(of: [$0]) } }
        return first.indices.compactMap { use in SumOverRows.total(of: parts.map { $0[use] }) }
    }
}
