import Checkpoints
import Tensors

/// One layer of the two-way transformer: tokens look at each other, then at the image, then the image at the tokens.
struct TwoWayBlock: Sendable {
    private let selfAttention: ProjectedAttention
    private let tokensToImage: ProjectedAttention
    private let imageToTokens: ProjectedAttention
    private let norms: [LayerNorm]
    private let expand: Linear
    private let contract: Linear
    /// The first layer's self-attention takes tokens without their position code and replaces them.
    private let isFirst: Bool

    /// Takes the tensors `name.…` of a checkpoint; the width of the inner perceptron follows from them.
    init(_ parameters: NamedTensors, _ name: String, width: Int, isFirst: Bool) throws(CheckpointError) {
        let heads = TwoWayTransformer.heads
        selfAttention = try ProjectedAttention(
            parameters,
            name + ".self_attn",
            width: width,
            innerWidth: width,
            heads: heads
        )
        tokensToImage = try ProjectedAttention(
            parameters,
            name + ".cross_attn_token_to_image",
            width: width,
            innerWidth: width / 2,
            heads: heads
        )
        imageToTokens = try ProjectedAttention(
            parameters,
            name + ".cross_attn_image_to_token",
            width: width,
            innerWidth: width / 2,
            heads: heads
        )
        var norms: [LayerNorm] = []
        for index in 1...4 {
            norms.append(try parameters.layerNorm("\(name).norm\(index)", width: width, epsilon: 1e-5))
        }
        self.norms = norms
        let inner = try parameters.shape(of: name + ".mlp.lin1.weight", axes: 2)[0]
        expand = try parameters.linear(name + ".mlp.lin1", inputs: width, outputs: inner)
        contract = try parameters.linear(name + ".mlp.lin2", inputs: inner, outputs: width)
        self.isFirst = isFirst
    }

    /// What the layer needs of the image besides the image itself.
    func projections(of image: Tensor, code: Tensor) -> ImageProjections {
        let coded = image.adding(code)
        return ImageProjections(
            keys: tokensToImage.keyProjection(coded),
            values: tokensToImage.valueProjection(image),
            queries: imageToTokens.queryProjection(coded)
        )
    }

    /// Gives tokens and image anew. The projections are those of the state's image: it changes only at the end.
    func callAsFunction(
        _ state: TwoWayState,
        projections: ImageProjections,
        recorder: Recorder
    ) -> TwoWayState {
        var tokens = norm(1, attendToSelf(state, recorder.scoped("self_attn")), recorder)
        let seen = tokensToImage.mix(
            queries: tokensToImage.queryProjection(tokens.adding(state.tokenCode)),
            keys: projections.keys,
            values: projections.values,
            recorder: recorder.scoped("cross_attn_token_to_image")
        )
        tokens = norm(2, tokens.adding(seen), recorder)
        tokens = norm(3, tokens.adding(perceptron(tokens, recorder.scoped("mlp"))), recorder)
        let told = imageToTokens.mix(
            queries: projections.queries,
            keys: imageToTokens.keyProjection(tokens.adding(state.tokenCode)),
            values: imageToTokens.valueProjection(tokens),
            recorder: recorder.scoped("cross_attn_image_to_token")
        )
        let image = norm(4, told.adding(state.image), recorder)
        recorder("out0", tokens)
        recorder("out1", image)
        return TwoWayState(tokens: tokens, image: image, tokenCode: state.tokenCode, imageCode: state.imageCode)
    }

    private func attendToSelf(_ state: TwoWayState, _ recorder: Recorder) -> Tensor {
        let tokens = state.tokens
        guard !isFirst else {
            return selfAttention(queries: tokens, keys: tokens, values: tokens, recorder: recorder)
        }
        let coded = tokens.adding(state.tokenCode)
        return tokens.adding(selfAttention(queries: coded, keys: coded, values: tokens, recorder: recorder))
    }

    private func norm(_ number: Int, _ x: Tensor, _ recorder: Recorder) -> Tensor {
        let y = norms[number - 1](x)
        recorder("norm\(number)", y)
        return y
    }

    private func perceptron(_ tokens: Tensor, _ recorder: Recorder) -> Tensor {
        let inner = recorder.layer("lin1", then: .relu, "act") { expand(tokens, activation: $0) }
        let result = contract(inner)
        recorder("lin2", result)
        recorder("", result)
        return result
    }
}

/// The image side of a layer's cross attentions, `[B or 1, P, C/2]`.
struct ImageProjections: Sendable {
    let keys: Tensor
    let values: Tensor
    let queries: Tensor
}

/// What the layers of the two-way transformer hand on.
struct TwoWayState: Sendable {
    /// `[B, n, C]`.
    let tokens: Tensor
    /// `[B or 1, P, C]`; batch 1 while the image is still the same for all prompts.
    let image: Tensor
    /// `[B, n, C]`: the tokens as they came.
    let tokenCode: Tensor
    /// `[P, C]`.
    let imageCode: Tensor
}
