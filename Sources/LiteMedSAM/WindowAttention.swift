import CKernels
import Checkpoints
import Inference
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
        /// Places for keys in a row of scores: whole vectors.
        var slots: Int { (tokens + 15) / 16 * 16 }
    }

    package let shape: Shape
    let norm: LayerNorm
    /// Output channels head by head: query, key and value of the first head, then of the second.
    let queryKeyValue: Linear
    let project: Linear
    /// `[heads, tokens, slots]`: what is added to the logits; in slots without a key so little that they count as nothing.
    let bias: Tensor
    /// What a filling token's query, key and value are: `[3 · channels]`.
    let filling: Tensor
    /// The same in bf16.
    let roundedFilling: [UInt16]
    /// What the logits are multiplied by.
    let scale: Float
    /// What queries, keys and values are rounded to: fp32, or bf16 for the other two.
    private let precision: NetworkPrecision

    /// Reads `<name>.norm`, `.qkv`, `.proj` and `.attention_biases` `[heads, tokens]`.
    package init(_ parameters: NamedTensors, _ name: String, shape: Shape) throws(CheckpointError) {
        let channels = shape.channels
        self.shape = shape
        norm = try parameters.layerNorm("\(name).norm", width: channels, epsilon: 1e-5)
        queryKeyValue = try parameters.linear("\(name).qkv", inputs: channels, outputs: 3 * channels)
        project = try parameters.linear("\(name).proj", inputs: channels, outputs: channels)
        scale = Float(1 / Double(shape.depth).squareRoot())
        precision = parameters.preparation?.precision ?? .float32
        let table = try parameters.require("\(name).attention_biases", shape: [shape.heads, shape.tokens])
        bias = Self.expand(table, shape)
        filling = queryKeyValue(norm.shift.reshaped([1, channels]))
        roundedFilling = filling.roundedValues
    }

    /// The branch alone, without the input: `[n, n, channels]`, shape kept.
    package func callAsFunction(_ x: Tensor) -> Tensor {
        project(mixed(queryKeyValue(norm(x)), grid: x.shape[0]))
    }

    /// Projected tokens `[n, n, 3 · channels]` to mixed values `[n, n, channels]`; a window is a task.
    private func mixed(_ projected: Tensor, grid: Int) -> Tensor {
        let side = (grid + shape.window - 1) / shape.window
        return Tensor(shape: [grid, grid, shape.channels]) { mixed in
            let target = mixed.address
            projected.withPointer { projected in
                filling.withPointer { filling in
                    bias.withPointer { bias in
                        ComputeThreads.perform(side * side) { number in
                            let places = WindowPlaces(shape, grid: grid, number: number)
                            mix(places, projected, filling: filling, bias: bias, into: target)
                        }
                    }
                }
            }
        }
    }

    /// Attention within one window, head by head.
    private func mix(
        _ places: WindowPlaces,
        _ projected: UnsafePointer<Float>,
        filling: UnsafePointer<Float>,
        bias: UnsafePointer<Float>,
        into result: UnsafeMutablePointer<Float>
    ) {
        let (depth, slots, queries) = (shape.depth, shape.slots, places.queries.count)
        AttentionRoom.with(queries: queries, slots: slots, depth: depth, precision: precision) { room in
            for head in 0..<shape.heads {
                func rows(_ part: Int, _ places: [Int32]) -> AttentionRoom.Rows {
                    let offset = (3 * head + part) * depth
                    return AttentionRoom.Rows(
                        projected + offset,
                        stride: 3 * shape.channels,
                        filling: filling + offset,
                        places: places
                    )
                }
                room.gather(queries: rows(0, places.queries))
                room.gather(keys: rows(1, places.keys))
                room.gather(values: rows(2, places.keys))
                room.computeScores()
                let table = bias + head * shape.tokens * slots
                kernel_biased_softmax(room.scores, slots, room.rounded, queries, scale, table, room.factors)
                room.mix()
                let target = result + head * depth
                let width = shape.channels
                kernel_scatter_scaled_rows(room.mixed, queries, depth, room.factors, target, width, places.queries)
            }
        }
    }

    /// Looks up the bias of every pair of tokens by their absolute distances along both axes.
    private static func expand(_ table: Tensor, _ shape: Shape) -> Tensor {
        let (window, tokens) = (shape.window, shape.tokens)
        let values = table.values
        let absent = [Float](repeating: -1e30, count: shape.slots - tokens)
        let expanded = (0..<table.shape[0]).flatMap { head in
            (0..<tokens).flatMap { first in
                (0..<tokens).map { second -> Float in
                    let (rows, columns) = (first / window - second / window, first % window - second % window)
                    return values[head * tokens + abs(rows) * window + abs(columns)]
                } + absent
            }
        }
        return Tensor(expanded, shape: [table.shape[0], tokens, shape.slots])
    }
}
