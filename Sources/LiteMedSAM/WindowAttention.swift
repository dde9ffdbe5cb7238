import Checkpoints
import SegmentAnything
import Tensors

/// Attention among the tokens of square windows, with a learned bias by the distance of two tokens along each axis.
///
/// Windows that stick out over the right or lower edge are filled with zeros *before* the LayerNorm. The norm turns a
/// zero vector into its own shift, so all filling tokens share one query, key and value, which are computed once here;
/// they take part as keys and values, and nobody needs what they would receive. Hence only real tokens are normalised
/// and projected.
package struct WindowAttention: Sendable {
    /// Widths of one attention layer; each head has 32 channels.
    package struct Shape: Sendable {
        package let channels: Int
        package let heads: Int
        /// The edge of a window in tokens.
        package let window: Int

        package init(channels: Int, heads: Int, window: Int) {
            self.channels = channels
            self.heads = heads
            self.window = window
        }

        var depth: Int { channels / heads }
        var tokens: Int { window * window }
    }

    package let shape: Shape
    let norm: LayerNorm
    /// Output channels head by head: query, key and value of the first head, then of the second.
    let queryKeyValue: Linear
    let project: Linear
    /// `[heads, tokens, tokens]`, divided by `scale`, because the softmax multiplies by it afterwards.
    let bias: Tensor
    /// What a filling token's query, key and value are: `[3 · channels]`.
    let filling: Tensor
    /// What the logits are multiplied by.
    let scale: Float

    /// Reads `<name>.norm`, `.qkv`, `.proj` and `.attention_biases` `[heads, tokens]`.
    package init(_ parameters: NamedTensors, _ name: String, shape: Shape) throws(CheckpointError) {
        let channels = shape.channels
        self.shape = shape
        norm = try parameters.layerNorm("\(name).norm", width: channels, epsilon: 1e-5)
        queryKeyValue = try parameters.linear("\(name).qkv", inputs: channels, outputs: 3 * channels)
        project = try parameters.linear("\(name).proj", inputs: channels, outputs: channels)
        let factor = 1 / Double(shape.depth).squareRoot()
        scale = Float(factor)
        let table = try parameters.require("\(name).attention_biases", shape: [shape.heads, shape.tokens])
        bias = Self.expand(table, window: shape.window, dividedBy: factor)
        filling = queryKeyValue(norm.shift.reshaped([1, channels]))
    }

    /// The branch alone, without the input: `[n, n, channels]`, shape kept.
    package func callAsFunction(_ x: Tensor) -> Tensor {
        let grid = x.shape[0]
        let projected = queryKeyValue(norm(x))
        let window = shape.window
        let attended = Tensor(shape: x.shape) { result in
            for top in stride(from: 0, to: grid, by: window) {
                let row = WindowRow(shape: shape, grid: grid, top: top)
                attend(row, row.gather(projected, filling: filling), into: result)
            }
        }
        return project(attended)
    }

    /// Attention within each window of a row of windows; `tokens` is `[windows, tokens, 3 · channels]`.
    private func attend(_ row: WindowRow, _ tokens: Tensor, into result: UnsafeMutableBufferPointer<Float>) {
        let heads = shape.heads
        let (queries, keys) = (row.queries, shape.tokens)
        var scores = Tensor(shape: [row.windows, heads, queries, keys]) { scores in
            row.forEachHead(of: tokens) { index, head in
                multiply(
                    head.queries,
                    transposed: head.keys,
                    into: scores.address + index * queries * keys,
                    stride: keys
                )
            }
        }
        scores = scores.adding(queries == keys ? bias : row.firstQueries(of: bias))
        scores.softmaxRows(scale: scale)
        let mixed = Tensor(shape: [row.windows, queries, shape.channels]) { mixed in
            scores.withUnsafeBufferPointer { scores in
                row.forEachHead(of: tokens) { index, head in
                    let (window, number) = (index / heads, index % heads)
                    let target = window * queries * shape.channels + number * shape.depth
                    multiply(
                        MatrixView(scores.address + index * queries * keys, rows: queries, columns: keys),
                        head.values,
                        into: mixed.address + target,
                        stride: shape.channels
                    )
                }
            }
        }
        row.scatter(mixed, into: result)
    }

    /// Looks up the bias of every pair of tokens by their absolute distances along both axes.
    private static func expand(_ table: Tensor, window: Int, dividedBy factor: Double) -> Tensor {
        let tokens = window * window
        let distances = (0..<tokens).flatMap { first in
            (0..<tokens).map { second in
                abs(first / window - second / window) * window + abs(first % window - second % window)
            }
        }
        let values = table.values
        let expanded = (0..<table.shape[0]).flatMap { head in
            distances.map { Float(Double(values[head * tokens + $0]) / factor) }
        }
        return Tensor(expanded, shape: [table.shape[0], tokens, tokens])
    }
}
