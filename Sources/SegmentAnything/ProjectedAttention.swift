import Checkpoints
import Tensors

/// Attention with its own projections of queries, keys, values and result, of a width that may be smaller inside.
struct ProjectedAttention: Sendable {
    let queryProjection: Linear
    let keyProjection: Linear
    let valueProjection: Linear
    private let resultProjection: Linear
    private let heads: Int

    /// Takes the tensors `name.q_proj…` of a checkpoint.
    init(
        _ parameters: NamedTensors,
        _ name: String,
        width: Int,
        innerWidth: Int,
        heads: Int
    ) throws(CheckpointError) {
        queryProjection = try parameters.linear(name + ".q_proj", inputs: width, outputs: innerWidth)
        keyProjection = try parameters.linear(name + ".k_proj", inputs: width, outputs: innerWidth)
        valueProjection = try parameters.linear(name + ".v_proj", inputs: width, outputs: innerWidth)
        resultProjection = try parameters.linear(name + ".out_proj", inputs: innerWidth, outputs: width)
        self.heads = heads
    }

    /// Queries `[B or 1, n, C]` look at keys and values `[B or 1, m, C]`; the result is `[B, n, C]`.
    func callAsFunction(queries: Tensor, keys: Tensor, values: Tensor, recorder: Recorder) -> Tensor {
        mix(
            queries: queryProjection(queries),
            keys: keyProjection(keys),
            values: valueProjection(values),
            recorder: recorder
        )
    }

    /// The same from projected queries, keys and values; a side with batch 1 is shared by all prompts.
    func mix(queries: Tensor, keys: Tensor, values: Tensor, recorder: Recorder) -> Tensor {
        recorder("q_proj", queries)
        recorder("k_proj", keys)
        recorder("v_proj", values)
        let result = resultProjection(attention(queries: queries, keys: keys, values: values, heads: heads))
        recorder("out_proj", result)
        recorder("", result)
        return result
    }
}
