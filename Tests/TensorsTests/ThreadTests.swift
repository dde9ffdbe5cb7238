import Tensors
import Testing

@Suite("The number of threads does not change one bit of a result", .serialized)
struct ThreadTests {
    private func results(_ compute: () -> Tensor) -> [[Float]] {
        let before = ComputeThreads.count
        defer { ComputeThreads.use(before) }
        return [1, 2, 3, 5, 8].map { threads in
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

    @Test func gradientsOfASmallNetwork() {
        let shapes = [[2, 300, 96], [96], [96], [384, 96], [384], [96, 384], [2, 96]]
        let inputs = shapes.enumerated().map { noise($1, seed: UInt64($0 + 1)).scaled(by: 0.3) }
        for index in inputs.indices {
            expectEqual(
                results {
                    gradients(of: inputs, Self.network)[index] ?? Tensor(zeros: [0])
                }
            )
        }
        #expect(gradients(of: inputs, Self.network).allSatisfy { $0 != nil })
    }

    /// A norm, a perceptron, a gate, softmax, resizing and a shared table: something of every kind of division.
    private static func network(_ x: [Tensor]) -> Tensor {
        let normal = LayerNorm(scale: x[1], shift: x[2], epsilon: 1e-5)(x[0])
        let inner = Linear(weight: x[3], bias: x[4])(normal, activation: .gelu)
        var y = Linear(weight: x[5], bias: nil)(inner).multipliedRows(by: x[6].activated(.sigmoid))
        y.add(x[0])
        var weights = y.batchMultiplied(byTransposed: normal)
        weights.softmaxRows(scale: 0.1)
        let image = y.reshaped([2, 20, 15, 96]).resizedBilinearly(rows: 33, columns: 41).reshaped([2, 33 * 41, 96])
        let means = Tensor.joinedRows([image, weights.rows(0..<96).multiplied(by: y.slice(0..<1).row(0).repeated(300))])
        return means.adding(x[1])
    }

    @Test func whenNoThreadIsAskedFor_thenThereIsOne() {
        let before = ComputeThreads.count
        defer { ComputeThreads.use(before) }
        ComputeThreads.use(0)
        #expect(ComputeThreads.count == 1)
    }
}
