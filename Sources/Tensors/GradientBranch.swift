import Synchronization

/// A part of a computation that depends on no other part: its steps, and the backward steps after them, run side by side
/// with those of other branches.
final class GradientBranch: Sendable {
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
        return origins.map { origin in
            all.reduce(into: Tensor?.none) { sum, branch in
                guard let gradient = branch.gradient(of: origin) else { return }
                if sum == nil { sum = gradient } else { sum?.add(gradient) }
            }
        }
    }
}
