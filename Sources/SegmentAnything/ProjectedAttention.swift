import Checkpoints
import Inference
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

    // MARK: Folded

    // Tokens are few and pixels are many: instead of projecting every pixel into the heads, the heads' side of the tokens is
    // carried to the pixels' space, q_h·(W_h x)ᵀ = (q_h W_h)·xᵀ. That takes less than half of the products, forward and
    // backward, as long as tokens times heads are fewer than the inner channels.

    /// Whether folding takes fewer products for so many tokens.
    func isWorthFolding(tokens: Int) -> Bool { 4 * heads * tokens <= 3 * queryProjection.outputs }

    /// Tokens `[B, n, C]` look at pixels: keys and values `[B or 1, P, C]` are not projected; the result is `[B, n, C]`.
    ///
    /// The bias of the keys shifts all of a token's scores alike and so has no influence: its gradient is zero.
    func fromTokens(_ tokens: Tensor, keys: Tensor, values: Tensor) -> Tensor {
        var projected = queryProjection(tokens)
        if let bias = keyProjection.bias, bias.isTracked { projected = projected.adding(bias.scaled(by: 0)) }
        let queries = projected.expandedByHead(HeadWeights(keyProjection.weight, heads: heads))
        var weights = queries.batchMultiplied(byTransposed: keys)
        weights.softmaxRows(scale: scale)
        let mixed = weights.batchMultiplied(by: values)
            .contractedByHead(HeadWeights(valueProjection.weight, heads: heads))
        return resultProjection(valueProjection.bias.map { mixed.adding($0) } ?? mixed)
    }

    /// Pixels `[B or 1, P, C]` look at tokens: queries and results are not projected; keys and values are `[B, n, C]`, the
    /// result is `[B, P, C]`.
    func fromPixels(_ pixels: Tensor, keys: Tensor, values: Tensor) -> Tensor {
        let (batch, tokens, count) = (keys.shape[0], keys.shape[1], pixels.shape[1])
        let keys = keyProjection(keys)
        var weights = pixels.batchMultiplied(
            byTransposed: keys.expandedByHead(HeadWeights(queryProjection.weight, heads: heads))
        )
        if let bias = queryProjection.bias {
            let shift = keys.expandedByHead(HeadWeights(bias.reshaped([bias.count, 1]), heads: heads))
            weights = weights.addingToRows(shift.reshaped([batch, 1, heads * tokens]))
        }
        weights = weights.reshaped([batch, count * heads, tokens])
        weights.softmaxRows(scale: scale)
        let told = valueProjection(values)
            .expandedByHead(HeadWeights(resultProjection.weight, isTransposed: true, heads: heads))
        let result = weights.reshaped([batch, count, heads * tokens]).batchMultiplied(by: told)
        return resultProjection.bias.map { result.adding($0) } ?? result
    }

    /// ``fromPixels(_:keys:values:)`` with what follows it, the sum and the norm, when nothing is trained: the image anew. nil
    /// where a gradient is wanted or weights are not prepared.
    func updated(_ image: CodedImage, keys: Tensor, values: Tensor, norm: LayerNorm) -> CodedImage? {
        guard let prepared = queryProjection.prepared, prepared.isWanted, prepared.precision != .integer8,
            ![image.plain, image.coded, keys, values].contains(where: \.isTracked), !norm.isTracked,
            ![queryProjection, keyProjection, valueProjection, resultProjection].contains(where: \.isTracked)
        else { return nil }
        let keys = keyProjection(keys)
        let shift = queryProjection.bias.map {
            keys.expandedByHead(HeadWeights($0.reshaped([$0.count, 1]), heads: heads))
        }
        let update = PixelUpdate(
            plain: image.plain,
            coded: image.coded,
            tokens: .init(
                keys: keys.expandedByHead(HeadWeights(queryProjection.weight, heads: heads)),
                shift: shift,
                values: valueProjection(values)
                    .expandedByHead(HeadWeights(resultProjection.weight, isTransposed: true, heads: heads)),
                bias: resultProjection.bias,
                heads: heads,
                scale: scale
            ),
            code: image.code,
            norm: norm,
            precision: prepared.precision
        )
        let (plain, coded) = update()
        return CodedImage(plain: plain, coded: coded, code: image.code)
    }

    private var scale: Float { 1 / Float(queryProjection.outputs / heads).squareRoot() }
}
