import Foundation
import Tensors
import TestSupport
import Testing

@Suite("Gradients of attention agree with their naive twin and with finite differences")
struct AttentionGradientTests {
    struct Case: Sendable {
        let queryBatch: Int
        let keyBatch: Int
        let count: Int
        let length: Int
        let width: Int
        let heads: Int
    }

    private func operands(_ size: Case) -> [Tensor] {
        [
            GradientCheck.noise([size.queryBatch, size.count, size.width], seed: 1),
            GradientCheck.noise([size.keyBatch, size.length, size.width], seed: 2),
            GradientCheck.noise([size.keyBatch, size.length, size.width], seed: 3),
        ]
    }

    @Test(arguments: [
        Case(queryBatch: 2, keyBatch: 2, count: 3, length: 5, width: 6, heads: 2),
        Case(queryBatch: 1, keyBatch: 3, count: 5, length: 3, width: 4, heads: 1),
        Case(queryBatch: 3, keyBatch: 1, count: 2, length: 17, width: 6, heads: 3),
        Case(queryBatch: 1, keyBatch: 1, count: 1, length: 4, width: 4, heads: 4),
    ])
    func gradientsAgreeWithFiniteDifferences(_ size: Case) {
        let error = GradientCheck.largestError(of: operands(size)) {
            attention(queries: $0[0], keys: $0[1], values: $0[2], heads: size.heads)
        }
        #expect(error < 2e-3)
    }

    @Test func whenATensorIsQueryKeyAndValue_thenItsGradientsAdd() {
        let error = GradientCheck.largestError(of: [GradientCheck.noise([2, 4, 6], seed: 5)]) {
            attention(queries: $0[0], keys: $0[0], values: $0[0], heads: 2)
        }
        #expect(error < 2e-3)
    }

    /// The gradients of the definition, in double.
    private func naive(_ operands: [Tensor], _ gradient: Tensor, _ size: Case) -> [Tensor] {
        let values = operands.map { $0.values.map(Double.init) }
        let seed = gradient.values.map(Double.init)
        var sums = operands.map { [Double](repeating: 0, count: $0.count) }
        let (n, m, width, depth) = (size.count, size.length, size.width, size.width / size.heads)
        let scale = 1 / Double(depth).squareRoot()
        for row in 0..<gradient.shape[0] * n * size.heads {
            let (head, query, item) = (row % size.heads, row / size.heads % n, row / size.heads / n)
            let q = ((size.queryBatch == 1 ? 0 : item) * n + query) * width + head * depth
            let o = (item * n + query) * width + head * depth
            let keys = (0..<m).map { ((size.keyBatch == 1 ? 0 : item) * m + $0) * width + head * depth }
            func product(_ a: [Double], _ i: Int, _ b: [Double], _ j: Int) -> Double {
                (0..<depth).reduce(0.0) { $0 + a[i + $1] * b[j + $1] }
            }
            let powers = keys.map { exp(scale * product(values[0], q, values[1], $0)) }
            let weights = powers.map { $0 / powers.reduce(0, +) }
            let ofWeights = keys.map { product(seed, o, values[2], $0) }
            let mean = zip(weights, ofWeights).reduce(0.0) { $0 + $1.0 * $1.1 }
            for (key, k) in keys.enumerated() {
                let ofScore = scale * weights[key] * (ofWeights[key] - mean)
                for channel in 0..<depth {
                    sums[0][q + channel] += ofScore * values[1][k + channel]
                    sums[1][k + channel] += ofScore * values[0][q + channel]
                    sums[2][k + channel] += weights[key] * seed[o + channel]
                }
            }
        }
        return zip(sums, operands).map { Tensor($0.map { Float($0) }, shape: $1.shape) }
    }

    @Test(arguments: [
        Case(queryBatch: 3, keyBatch: 3, count: 9, length: 1_300, width: 32, heads: 2),
        Case(queryBatch: 1, keyBatch: 4, count: 1_300, length: 7, width: 32, heads: 2),
        Case(queryBatch: 5, keyBatch: 1, count: 11, length: 256, width: 64, heads: 4),
        Case(queryBatch: 3, keyBatch: 3, count: 9, length: 9, width: 64, heads: 2),
    ])
    func gradientsAgreeWithTheirNaiveTwin(_ size: Case) throws {
        let operands = operands(size)
        let leaves = operands.map { $0.tracked() }
        let result = attention(queries: leaves[0], keys: leaves[1], values: leaves[2], heads: size.heads)
        let seed = GradientCheck.noise(result.shape, seed: 6)
        let gradients = result.gradients(of: leaves, seed: seed)
        for (index, expected) in naive(operands, seed, size).enumerated() {
            let magnitude = expected.values.reduce(0) { max($0, abs($1)) }
            #expect(largestDifference(try #require(gradients[index]), expected) < 1e-5 * magnitude)
        }
    }

    @Test func whenOneSideIsTracked_thenTheResultIsTheUntrackedOneAndItsGradientTheSame() throws {
        let operands = operands(Case(queryBatch: 2, keyBatch: 1, count: 9, length: 600, width: 32, heads: 4))
        let leaves = operands.map { $0.tracked() }
        func mixed(_ sides: [Tensor]) -> Tensor {
            attention(queries: sides[0], keys: sides[1], values: sides[2], heads: 4)
        }
        let whole = mixed(leaves).gradients(of: leaves)
        #expect(mixed(leaves).values == mixed(operands).values)
        for index in 0..<3 {
            var sides = operands
            sides[index] = leaves[index]
            let gradient = mixed(sides).gradients(of: [leaves[index]])[0]
            #expect(try #require(gradient).values == whole[index]?.values)
        }
    }
}
