import Checkpoints
import Foundation
import LiteMedSAM
import Tensors
import Testing

@Suite("Attention in windows")
struct WindowAttentionTests {
    @Test(
        "equals attention that is written out, filling included",
        arguments: [
            (grid: 6, window: 3), (grid: 7, window: 3), (grid: 9, window: 4), (grid: 4, window: 7),
        ]
    )
    func whenWindowsStickOutOfTheGrid_thenTheResultIsThatOfPaddingWithZeros(grid: Int, window: Int) throws {
        let shape = WindowAttention.Shape(channels: 64, heads: 2, window: window)
        let parameters = randomParameters(shape)
        let attention = try WindowAttention(parameters, "a", shape: shape)
        let x = Tensor.random([grid, grid, 64], seed: 21)

        let result = attention(x)

        let expected = WrittenOutAttention(parameters, shape).callAsFunction(x.values.map(Double.init), grid: grid)
        #expect(largestRelativeDifference(result.values, expected) < 1e-5)
    }

    private func randomParameters(_ shape: WindowAttention.Shape) -> NamedTensors {
        let channels = shape.channels
        return NamedTensors([
            "a.norm.weight": .random([channels], seed: 1),
            "a.norm.bias": .random([channels], seed: 2),
            "a.qkv.weight": .random([3 * channels, channels], seed: 3).scaled(by: 0.2),
            "a.qkv.bias": .random([3 * channels], seed: 4),
            "a.proj.weight": .random([channels, channels], seed: 5),
            "a.proj.bias": .random([channels], seed: 6),
            "a.attention_biases": .random([shape.heads, shape.window * shape.window], seed: 7).scaled(by: 3),
        ])
    }
}

/// The definition in double precision: pad with zeros, cut windows, every token a query.
private struct WrittenOutAttention {
    let parameters: NamedTensors
    let channels: Int
    let heads: Int
    let window: Int

    init(_ parameters: NamedTensors, _ shape: WindowAttention.Shape) {
        self.parameters = parameters
        channels = shape.channels
        heads = shape.heads
        window = shape.window
    }

    func callAsFunction(_ x: [Double], grid: Int) -> [Double] {
        let padded = (grid + window - 1) / window * window
        var result = [Double](repeating: 0, count: grid * grid * channels)
        for top in stride(from: 0, to: padded, by: window) {
            for left in stride(from: 0, to: padded, by: window) {
                let places = (0..<window * window).map { (row: top + $0 / window, column: left + $0 % window) }
                let tokens = places.map { place -> [Double] in
                    guard place.row < grid, place.column < grid else { return .init(repeating: 0, count: channels) }
                    let start = (place.row * grid + place.column) * channels
                    return Array(x[start..<start + channels])
                }
                for (place, token) in zip(places, attended(tokens)) where place.row < grid && place.column < grid {
                    let start = (place.row * grid + place.column) * channels
                    result.replaceSubrange(start..<start + channels, with: token)
                }
            }
        }
        return result
    }

    private func attended(_ tokens: [[Double]]) -> [[Double]] {
        let biases = parameters.doubles("a.attention_biases")
        let projected = tokens.map { linear(normalised($0), "a.qkv") }
        let depth = channels / heads
        return tokens.indices.map { i in
            var mixed: [Double] = []
            for head in 0..<heads {
                func part(_ token: Int, _ number: Int) -> ArraySlice<Double> {
                    let start = head * 3 * depth + number * depth
                    return projected[token][start..<start + depth]
                }
                let weights = tokens.indices.map { j -> Double in
                    let distance =
                        abs(i / window - j / window) * window + abs(i % window - j % window)
                    let product = zip(part(i, 0), part(j, 1)).reduce(0) { $0 + $1.0 * $1.1 }
                    return exp(product / Double(depth).squareRoot() + biases[head * window * window + distance])
                }
                let total = weights.reduce(0, +)
                mixed += (0..<depth).map { channel in
                    tokens.indices.reduce(0) { sum, j in
                        let values = part(j, 2)
                        return sum + weights[j] / total * values[values.startIndex + channel]
                    }
                }
            }
            return linear(mixed, "a.proj")
        }
    }

    private func linear(_ x: [Double], _ name: String) -> [Double] {
        let (weight, bias) = (parameters.doubles("\(name).weight"), parameters.doubles("\(name).bias"))
        return bias.indices.map { output in
            x.indices.reduce(bias[output]) { $0 + weight[output * x.count + $1] * x[$1] }
        }
    }

    private func normalised(_ x: [Double]) -> [Double] {
        let mean = x.reduce(0, +) / Double(x.count)
        let variance = x.reduce(0) { $0 + ($1 - mean) * ($1 - mean) } / Double(x.count)
        let (scale, shift) = (parameters.doubles("a.norm.weight"), parameters.doubles("a.norm.bias"))
        return x.indices.map { (x[$0] - mean) / (variance + 1e-5).squareRoot() * scale[$0] + shift[$0] }
    }
}
