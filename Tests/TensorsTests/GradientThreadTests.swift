import Tensors
import TestSupport
import Testing

@Suite("The number of threads does not change one bit of a gradient", .serialized)
struct GradientThreadTests {
    private func expectEqual(_ leaves: [Tensor], _ compute: ([Tensor]) -> Tensor) throws {
        let before = ComputeThreads.count
        defer { ComputeThreads.use(before) }
        var first: [[Float]] = []
        for threads in [1, 2, 3, 5] {
            ComputeThreads.use(threads)
            let tracked = leaves.map { $0.tracked() }
            let result = compute(tracked)
            let gradients = result.gradients(of: tracked, seed: GradientCheck.noise(result.shape, seed: 9))
            let values = try [result.values] + gradients.map { try #require($0).values }
            if first.isEmpty { first = values } else { #expect(values == first) }
        }
    }

    @Test func convolutions() throws {
        let x = GradientCheck.noise([2, 30, 31, 96], seed: 1)
        let bias = GradientCheck.noise([160], seed: 3)
        try expectEqual([x, GradientCheck.noise([160, 3, 3, 96], seed: 2), bias]) {
            Convolution(packed: $0[1], bias: $0[2], stride: 2, padding: 1)($0[0])
        }
        for taps in 1...2 {
            try expectEqual([x, GradientCheck.noise([4, 160, taps, taps, 96], seed: 2), bias]) {
                TransposedConvolution(packed: $0[1], bias: $0[2])($0[0])
            }
        }
    }

    @Test(arguments: [(1, 3), (3, 1), (3, 3)])
    func attention(queryBatch: Int, keyBatch: Int) throws {
        let keys = [keyBatch, 600, 64]
        let leaves =
            [GradientCheck.noise([queryBatch, 70, 64], seed: 1)]
            + (2...3).map { GradientCheck.noise(keys, seed: $0) }
        try expectEqual(leaves) { Tensors.attention(queries: $0[0], keys: $0[1], values: $0[2], heads: 8) }
    }
}
