import Checkpoints
import Foundation
import SegmentAnything
import Tensors
import TestSupport
import Testing

@testable import SAMMed2D

@Suite("Gradients of window attention agree with their naive twin and with finite differences", .serialized)
struct WindowMixingGradientTests {
    struct Case: Sendable {
        let grid: Int
        let edge: Int
        let heads: Int
        let width: Int
        var depth: Int { width / heads }
    }

    /// Windows with padding on two sides, without, larger than the grid.
    static let cases = [
        Case(grid: 3, edge: 2, heads: 2, width: 4), Case(grid: 3, edge: 3, heads: 1, width: 3),
        Case(grid: 2, edge: 3, heads: 2, width: 4),
    ]

    private func mixing(_ size: Case, bias: Tensor, positions: Tensor) -> WindowMixing {
        WindowMixing(
            plan: WindowPlan(grid: size.grid, edge: size.edge),
            heads: size.heads,
            bias: bias,
            relativePositions: positions
        )
    }

    /// Projected tokens, the projection's bias and relative positions.
    private func operands(_ size: Case, images: Int = 2) -> [Tensor] {
        [
            GradientCheck.noise([images, size.grid, size.grid, 3 * size.width], seed: 1),
            GradientCheck.noise([3 * size.width], seed: 2),
            GradientCheck.noise([2 * (2 * size.edge - 1), size.depth], seed: 3),
        ]
    }

    @Test(arguments: cases)
    func gradientsAgreeWithFiniteDifferences(_ size: Case) {
        let operands = operands(size)
        // Without padding the bias has no influence.
        let hasPadding = size.grid % size.edge != 0
        let given = hasPadding ? operands : [operands[0], operands[2]]
        let error = GradientCheck.largestError(of: given) { leaves in
            mixing(size, bias: hasPadding ? leaves[1] : operands[1], positions: leaves[leaves.count - 1])(leaves[0])
        }
        #expect(error < 3e-3)
    }

    @Test func gradientsOfTheWholeLayerReachEveryParameter() throws {
        let size = Case(grid: 3, edge: 2, heads: 2, width: 4)
        let shapes = [
            "a.qkv.weight": [12, 4], "a.qkv.bias": [12], "a.proj.weight": [4, 4], "a.proj.bias": [4],
            "a.rel_pos_h": [3, 2], "a.rel_pos_w": [5, 2],
        ]
        let names = shapes.keys.sorted()
        var configuration = SAMMed2DConfiguration.vitB
        (configuration.inputSize, configuration.width, configuration.heads) = (size.grid * 16, size.width, size.heads)
        let leaves =
            [GradientCheck.noise([1, 3, 3, 4], seed: 9)]
            + names.enumerated().map { GradientCheck.noise(shapes[$1] ?? [], seed: UInt64($0)) }
        let layers = { (leaves: [Tensor]) throws -> WindowAttention in
            let parameters = NamedTensors(Dictionary(uniqueKeysWithValues: zip(names, leaves.dropFirst())))
            return try WindowAttention(parameters, "a", configuration: configuration, edge: size.edge)
        }
        _ = try layers(leaves)
        let error = GradientCheck.largestError(of: leaves) { leaves in
            guard let layer = try? layers(leaves) else { return Tensor(zeros: [1]) }
            return layer(leaves[0], recorder: .none)
        }
        #expect(error < 3e-3)
    }

    /// What one query of the naive computation reads and writes.
    private struct Sums {
        var tokens: [Double]
        var bias: [Double]
        var positions: [Double]
    }

    /// The gradients of the definition, in double: every window with all its padding, key by key.
    private func naive(_ operands: [Tensor], _ gradient: Tensor, _ size: Case) -> [Tensor] {
        let (edge, depth, width, table) = (size.edge, size.depth, size.width, 2 * size.edge - 1)
        let values = operands.map { $0.values.map(Double.init) }
        let seed = gradient.values.map(Double.init)
        var sums = Sums(
            tokens: values[0].map { _ in 0 },
            bias: values[1].map { _ in 0 },
            positions: values[2].map { _ in 0 }
        )
        for row in 0..<gradient.count / depth {
            let (head, token) = (row % size.heads, row / size.heads)
            let (x, y, image) = (token % size.grid, token / size.grid % size.grid, token / size.grid / size.grid)
            let (top, left) = (y / edge * edge, x / edge * edge)
            // Where a key lies: among the tokens, or nil for padding.
            let places = (0..<edge * edge).map { key -> Int? in
                let (row, column) = (top + key / edge, left + key % edge)
                guard row < size.grid, column < size.grid else { return nil }
                return ((image * size.grid + row) * size.grid + column) * 3 * width
            }
            func offset(_ side: Int) -> Int { side * width + head * depth }
            func side(_ key: Int, _ side: Int, _ channel: Int) -> Double {
                places[key].map { values[0][$0 + offset(side) + channel] } ?? values[1][offset(side) + channel]
            }
            let query = token * 3 * width + offset(0)
            // The tables are reversed: entry e − 1 − Δ belongs to Δ = query − key.
            let terms = places.indices.map { key in
                [edge - 1 - (y - top) + key / edge, table + edge - 1 - (x - left) + key % edge].map { $0 * depth }
            }
            func logit(_ key: Int) -> Double {
                (0..<depth).reduce(0.0) { sum, channel in
                    let q = values[0][query + channel]
                    let relative = terms[key].reduce(0.0) { $0 + values[2][$1 + channel] }
                    return sum + q * (side(key, 1, channel) / Double(depth).squareRoot() + relative)
                }
            }
            let powers = places.indices.map { exp(logit($0)) }
            let weights = powers.map { $0 / powers.reduce(0, +) }
            let ofWeights = places.indices.map { key in
                (0..<depth).reduce(0.0) { $0 + seed[row * depth + $1] * side(key, 2, $1) }
            }
            let mean = zip(weights, ofWeights).reduce(0.0) { $0 + $1.0 * $1.1 }
            for key in places.indices {
                let ofLogit = weights[key] * (ofWeights[key] - mean)
                for channel in 0..<depth {
                    let q = values[0][query + channel]
                    let ofKey = ofLogit * q / Double(depth).squareRoot()
                    let ofValue = weights[key] * seed[row * depth + channel]
                    sums.tokens[query + channel] += ofLogit * side(key, 1, channel) / Double(depth).squareRoot()
                    for term in terms[key] {
                        sums.tokens[query + channel] += ofLogit * values[2][term + channel]
                        sums.positions[term + channel] += ofLogit * q
                    }
                    if let place = places[key] {
                        sums.tokens[place + offset(1) + channel] += ofKey
                        sums.tokens[place + offset(2) + channel] += ofValue
                    } else {
                        sums.bias[offset(1) + channel] += ofKey
                        sums.bias[offset(2) + channel] += ofValue
                    }
                }
            }
        }
        return zip([sums.tokens, sums.bias, sums.positions], operands).map { values, operand in
            Tensor(values.map { Float($0) }, shape: operand.shape)
        }
    }

    @Test(
        arguments: cases + [
            // The golden files' windows of 25, 15, 15 and 9 tokens; rows of keys longer than a vector; a key alone.
            Case(grid: 8, edge: 5, heads: 4, width: 40), Case(grid: 8, edge: 8, heads: 4, width: 40),
            Case(grid: 2, edge: 1, heads: 1, width: 2), Case(grid: 18, edge: 17, heads: 1, width: 24),
        ]
    )
    func gradientsAgreeWithTheirNaiveTwin(_ size: Case) throws {
        let operands = operands(size)
        let leaves = operands.map { $0.tracked() }
        let result = mixing(size, bias: leaves[1], positions: leaves[2])(leaves[0])
        let seed = GradientCheck.noise(result.shape, seed: 6)
        let gradients = result.gradients(of: leaves, seed: seed)
        for (index, expected) in naive(operands, seed, size).enumerated() {
            let magnitude = expected.magnitude
            #expect(largestDifference(expected, try #require(gradients[index])) <= 1e-5 * magnitude)
        }
    }

    @Test func whenOnlyTokensAreTracked_thenTheirGradientAndTheResultAreTheSame() throws {
        let size = Case(grid: 8, edge: 5, heads: 4, width: 40)
        let operands = operands(size)
        let leaves = operands.map { $0.tracked() }
        let whole = mixing(size, bias: leaves[1], positions: leaves[2])(leaves[0])
        let frozen = mixing(size, bias: operands[1], positions: operands[2])
        // Without gradients padding keys are folded into one, which rounds otherwise.
        #expect(largestDifference(whole.detached(), frozen(operands[0])) <= 1e-6)
        #expect(frozen(leaves[0]).values == whole.values)
        let expected = try #require(whole.gradients(of: leaves)[0])
        #expect(try #require(frozen(leaves[0]).gradients(of: [leaves[0]])[0]).values == expected.values)
    }

    @Test func theNumberOfThreadsDoesNotChangeOneBit() throws {
        let size = Case(grid: 8, edge: 5, heads: 4, width: 40)
        let before = ComputeThreads.count
        defer { ComputeThreads.use(before) }
        var first: [[Float]] = []
        for threads in [1, 2, 3, 5] {
            ComputeThreads.use(threads)
            let leaves = operands(size, images: 3).map { $0.tracked() }
            let result = mixing(size, bias: leaves[1], positions: leaves[2])(leaves[0])
            let values = try [result.values] + result.gradients(of: leaves).map { try #require($0).values }
            if first.isEmpty { first = values } else { #expect(values == first) }
        }
    }
}
