import Tensors
import Testing

@Suite("The number of threads does not change one bit of a result", .serialized)
struct ThreadTests {
    private func results(_ compute: () -> Tensor) -> [[Float]] {
        let before = ComputeThreads.count
        defer { ComputeThreads.use(before) }
        return [1, 2, 3, 8].map { threads in
            ComputeThreads.use(threads)
            return compute().values
        }
    }

    private func expectEqual(_ results: [[Float]]) {
        for result in results.dropFirst() { #expect(result == results[0]) }
    }

    @Test func rows() {
        let x = noise([700, 333])
        let norm = LayerNorm(scale: noise([333], seed: 2), shift: noise([333], seed: 3), epsilon: 1e-6)
        expectEqual(
            results {
                var y = norm(x).activated(.gelu)
                y.softmaxRows()
                return y
            }
        )
    }

    @Test(arguments: [(257, 300, 1_100), (1_500, 333, 200), (64, 2_000, 770)])
    func products(rows: Int, inputs: Int, outputs: Int) {
        let x = noise([rows, inputs])
        let layer = Linear(weight: noise([outputs, inputs], seed: 2), bias: noise([outputs], seed: 3))
        expectEqual(results { layer(x) })
    }

    @Test func attentionAndConvolution() {
        let (q, k) = (noise([2, 300, 64]), noise([1, 200, 64], seed: 2))
        expectEqual(results { attention(queries: q, keys: k, values: k, heads: 8) })
        let image = noise([1, 40, 40, 96])
        let layer = Convolution(weight: noise([160, 96, 3, 3], seed: 2), bias: nil, padding: 1)
        expectEqual(results { layer(image) })
    }

    @Test func whenNoThreadIsAskedFor_thenThereIsOne() {
        let before = ComputeThreads.count
        defer { ComputeThreads.use(before) }
        ComputeThreads.use(0)
        #expect(ComputeThreads.count == 1)
    }
}
