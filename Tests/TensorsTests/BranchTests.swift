import Tensors
import TestSupport
import Testing

@Suite("Branches of a computation give what they give one after the other", .serialized)
struct BranchTests {
    /// x, a weight and a bias that all branches share, and something of each branch's own.
    private let inputs = [[6, 20], [30, 20], [30], [6, 30]].enumerated().map { noise($1, seed: UInt64($0 + 1)) }

    private static func branch(_ index: Int, _ x: [Tensor]) -> [Tensor] {
        let inner = Linear(weight: x[1], bias: x[2])(x[0].slice(2 * index..<2 * index + 2), activation: .gelu)
        return [inner.adding(x[3].slice(2 * index..<2 * index + 2)), inner.scaled(by: Float(index + 1))]
    }

    private static func joined(_ results: [[Tensor]]) -> Tensor {
        Tensor.joined(results.map { $0[0] } + results.map { $0[1] })
    }

    @Test func whenBranchesRunSideBySide_thenGradientsAreThoseOfTheSum() throws {
        let before = ComputeThreads.count
        defer { ComputeThreads.use(before) }
        let plain = gradients(of: inputs) { x in Self.joined((0..<3).map { Self.branch($0, x) }) }
        var first: [[Float]] = []
        for threads in [1, 2, 3, 5] {
            ComputeThreads.use(threads)
            let found = gradients(of: inputs) { x in Self.joined(Tensor.branched(3) { Self.branch($0, x) }) }
            for (left, right) in zip(plain, found) { try expectClose(#require(left), #require(right)) }
            let values = found.map { $0?.values ?? [] }
            if first.isEmpty { first = values } else { #expect(values == first) }
        }
    }

    @Test func whenAGradientIsAskedForTwice_thenItIsTheSame() throws {
        let tracked = inputs.map { $0.tracked() }
        let result = Self.joined(Tensor.branched(3) { Self.branch($0, tracked) })
        let first = result.gradients(of: tracked).map { $0?.values }
        #expect(first == result.gradients(of: tracked).map { $0?.values })
    }

    @Test func whenBranchesStandWithinBranches_thenGradientsPassThroughBoth() throws {
        let plain = gradients(of: inputs) { x in
            Self.joined((0..<2).map { _ in [Self.joined((0..<3).map { Self.branch($0, x) }), x[3]] })
        }
        let found = gradients(of: inputs) { x in
            Self.joined(
                Tensor.branched(2) { _ in [Self.joined(Tensor.branched(3) { Self.branch($0, x) }), x[3]] }
            )
        }
        for (left, right) in zip(plain, found) { try expectClose(#require(left), #require(right)) }
    }

    @Test func whenOneResultIsNotUsed_thenTheOthersStillPassTheirGradients() throws {
        let plain = gradients(of: inputs) { x in Self.branch(1, x)[0] }
        let found = gradients(of: inputs) { x in Tensor.branched(3) { Self.branch($0, x) }[1][0] }
        for (left, right) in zip(plain, found) { try expectClose(#require(left), #require(right)) }
    }

    @Test func whenBranchesAreTracked_thenTheirResultsStayTheSame() {
        expectFrozenInputsToChangeNothing(inputs) { x in Self.joined(Tensor.branched(3) { Self.branch($0, x) }) }
        expectTrackingToKeepTheResult(inputs) { x in Self.joined(Tensor.branched(3) { Self.branch($0, x) }) }
    }

    private func expectClose(_ left: Tensor, _ right: Tensor) {
        #expect(left.shape == right.shape)
        let largest = left.values.reduce(0) { max($0, abs($1)) }
        let difference = zip(left.values, right.values).reduce(0) { max($0, abs($1.0 - $1.1)) }
        #expect(difference <= 1e-5 * largest)
    }
}
