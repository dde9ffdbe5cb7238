import Checkpoints
import Tensors

/// The transformer of the mask decoder, in which tokens and image attend to each other.
struct TwoWayTransformer: Sendable {
    /// All published networks have eight; checkpoints do not tell.
    static let heads = 8

    private let layers: [TwoWayBlock]
    private let finalAttention: ProjectedAttention
    private let finalNorm: LayerNorm

    /// Takes the tensors `mask_decoder.transformer.…`; the depth follows from them.
    init(_ parameters: NamedTensors, width: Int) throws(CheckpointError) {
        let name = "mask_decoder.transformer."
        let depth = parameters.blockCount(name + "layers.")
        guard depth > 0 else { throw .missingTensor(name + "layers.0.self_attn.q_proj.weight") }
        var layers: [TwoWayBlock] = []
        for index in 0..<depth {
            layers.append(
                try TwoWayBlock(parameters, "\(name)layers.\(index)", width: width, isFirst: index == 0)
            )
        }
        self.layers = layers
        finalAttention = try ProjectedAttention(
            parameters,
            name + "final_attn_token_to_image",
            width: width,
            innerWidth: width / 2,
            heads: Self.heads
        )
        finalNorm = try parameters.layerNorm(name + "norm_final_attn", width: width, epsilon: 1e-5)
    }

    /// The part of the work that depends on the image `[B or 1, P, C]` and its code `[P, C]` alone: for prompts that
    /// share an image it is done once.
    func prepare(_ image: Tensor, code: Tensor, isShared: Bool) -> PreparedImage {
        let image = CodedImage(image, code: code)
        return PreparedImage(image: image, projections: isShared ? layers[0].projections(of: image) : nil)
    }

    /// Tokens `[B, n, C]` and an image to tokens `[B, n, C]` and image `[B, P, C]`.
    func callAsFunction(
        tokens: Tensor,
        image prepared: PreparedImage,
        recorder: Recorder
    ) -> (tokens: Tensor, image: Tensor) {
        var state = TwoWayState(tokens: tokens, image: prepared.image, tokenCode: tokens)
        for (index, layer) in layers.enumerated() {
            let projections = index == 0 ? prepared.projections : nil
            state = layer(state, projections: projections, recorder: recorder.scoped("layers.\(index)"))
        }
        let seen = lookOnce(
            queries: state.tokens.adding(tokens),
            image: state.image,
            recorder.scoped("final_attn_token_to_image")
        )
        let result = finalNorm(state.tokens.adding(seen))
        recorder("norm_final_attn", result)
        recorder("out0", result)
        recorder("out1", state.image.plain)
        return (result, state.image.plain)
    }

    private func lookOnce(queries: Tensor, image: CodedImage, _ recorder: Recorder) -> Tensor {
        guard !recorder.isListening, finalAttention.isWorthFolding(tokens: queries.shape[1]) else {
            return finalAttention(queries: queries, keys: image.coded, values: image.plain, recorder: recorder)
        }
        return finalAttention.fromTokens(queries, keys: image.coded, values: image.plain)
    }
}

/// An image with what the first layer makes of it.
struct PreparedImage: Sendable {
    let image: CodedImage
    /// Where prompts share the image.
    let projections: ImageProjections?
}
