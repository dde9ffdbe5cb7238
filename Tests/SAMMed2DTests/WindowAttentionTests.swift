import Checkpoints
import Foundation
import SegmentAnything
import Tensors
import Testing

@testable import SAMMed2D

@Suite("Window attention equals the padded computation")
struct WindowAttentionTests {
    struct Case: Sendable {
        let grid: Int
        let edge: Int
        let heads: Int
        let width: Int
    }

    private func parameters(_ size: Case, tableLength: Int) -> NamedTensors {
        let depth = size.width / size.heads
        return ReferenceWeights.parameters([
            "a.qkv.weight": [3 * size.width, size.width], "a.qkv.bias": [3 * size.width],
            "a.proj.weight": [size.width, size.width], "a.proj.bias": [size.width],
            "a.rel_pos_h": [tableLength, depth], "a.rel_pos_w": [tableLength, depth],
        ])
    }

    private func linear(_ x: [Double], _ parameters: NamedTensors, _ name: String) -> [Double] {
        let weight = parameters.tensors[name + ".weight"]?.values ?? []
        let bias = parameters.tensors[name + ".bias"]?.values ?? []
        return bias.enumerated().map { row, bias in
            x.enumerated().reduce(Double(bias)) { $0 + $1.element * Double(weight[row * x.count + $1.offset]) }
        }
    }

    /// One image: every window padded with zero tokens, all of them queries, as the published code does it.
    private func naive(_ x: [Float], _ size: Case, _ parameters: NamedTensors) -> [Float] {
        let (grid, edge, width, depth) = (size.grid, size.edge, size.width, size.width / size.heads)
        let tables = ["a.rel_pos_h", "a.rel_pos_w"].map { parameters.tensors[$0]?.values.map(Double.init) ?? [] }
        let across = (grid + edge - 1) / edge
        var result = [Float](repeating: 0, count: x.count)
        for window in 0..<across * across {
            let places = (0..<edge * edge).map { token -> Int? in
                let (y, x) = (window / across * edge + token / edge, window % across * edge + token % edge)
                return y < grid && x < grid ? y * grid + x : nil
            }
            let qkv = places.map { place in
                linear(
                    place.map { x[$0 * width..<($0 + 1) * width].map(Double.init) }
                        ?? .init(repeating: 0, count: width),
                    parameters,
                    "a.qkv"
                )
            }
            for (query, place) in places.enumerated() {
                guard let place else { continue }
                var mixed: [Double] = []
                for head in 0..<size.heads {
                    let channels = head * depth..<(head + 1) * depth
                    let weights = places.indices.map { key in
                        let q = Array(qkv[query][channels])
                        let k = qkv[key][channels.lowerBound + width..<channels.upperBound + width]
                        let down = (query / edge - key / edge + edge - 1) * depth
                        let right = (query % edge - key % edge + edge - 1) * depth
                        let product = zip(q, k).reduce(0.0) { $0 + $1.0 * $1.1 } / Double(depth).squareRoot()
                        let vertical = q.indices.reduce(0.0) { $0 + q[$1] * tables[0][down + $1] }
                        return exp(product + vertical + q.indices.reduce(0.0) { $0 + q[$1] * tables[1][right + $1] })
                    }
                    let sum = weights.reduce(0, +)
                    mixed += channels.map { channel in
                        places.indices.reduce(0.0) { $0 + weights[$1] * qkv[$1][channel + 2 * width] } / sum
                    }
                }
                let projected = linear(mixed, parameters, "a.proj").map { Float($0) }
                result.replaceSubrange(place * width..<(place + 1) * width, with: projected)
            }
        }
        return result
    }

    private func configuration(_ size: Case) -> SAMMed2DConfiguration {
        var configuration = SAMMed2DConfiguration.vitB
        configuration.inputSize = size.grid * 16
        configuration.width = size.width
        configuration.heads = size.heads
        return configuration
    }

    @Test(arguments: [
        Case(grid: 6, edge: 4, heads: 2, width: 6), Case(grid: 5, edge: 5, heads: 3, width: 9),
        Case(grid: 7, edge: 3, heads: 1, width: 5), Case(grid: 4, edge: 2, heads: 2, width: 8),
        Case(grid: 3, edge: 7, heads: 2, width: 4),
    ])
    func attentionAgreesWithItsNaiveTwin(_ size: Case) throws {
        let parameters = parameters(size, tableLength: 2 * size.edge - 1)
        let attention = try WindowAttention(parameters, "a", configuration: configuration(size), edge: size.edge)
        let x = ReferenceWeights.uniform("x", shape: [2, size.grid, size.grid, size.width], power: 1)
        let length = x.count / 2
        let expected =
            naive(Array(x.values[..<length]), size, parameters)
            + naive(Array(x.values[length...]), size, parameters)
        let difference = largestDifference(Tensor(expected, shape: x.shape), attention(x, recorder: .none))
        #expect(difference <= 3e-6)
    }

    @Test func whenATableIsLonger_thenItIsShrunkToTheWindow() throws {
        let size = Case(grid: 4, edge: 4, heads: 2, width: 6)
        let long = parameters(size, tableLength: 31)
        var short = long
        for name in ["a.rel_pos_h", "a.rel_pos_w"] {
            short.tensors[name] = long.tensors[name]?.resizedLinearly(length: 7)
        }
        let x = ReferenceWeights.uniform("x", shape: [1, 4, 4, 6], power: 1)
        let attention = try WindowAttention(long, "a", configuration: configuration(size), edge: 4)
        let expected = Tensor(naive(x.values, size, short), shape: x.shape)
        #expect(largestDifference(expected, attention(x, recorder: .none)) <= 3e-6)
    }
}
