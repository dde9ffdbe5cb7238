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

    /// The image as tokens look at it, projected.
    func projections(of image: CodedImage) -> ImageProjections {
        ImageProjections(
            keys: tokensToImage.keyProjection(image.coded),
            values: tokensToImage.valueProjection(image.plain)
        )
    }

    /// Gives tokens and image anew. Projections are those of the state's image, where they are known already.
    func callAsFunction(_ state: TwoWayState, projections: ImageProjections?, recorder: Recorder) -> TwoWayState {
        var tokens = norm(1, attendToSelf(state, recorder.scoped("self_attn")), recorder)
        tokens = norm(2, tokens.adding(lookAtImage(tokens, state, projections, recorder)), recorder)
        tokens = norm(3, tokens.adding(perceptron(tokens, recorder.scoped("mlp"))), recorder)
        let image = updateImage(tokens, state, recorder)
        recorder("out0", tokens)
        recorder("out1", image.plain)
        return TwoWayState(tokens: tokens, image: image, tokenCode: state.tokenCode)
    }

    private func updateImage(_ tokens: Tensor, _ state: TwoWayState, _ recorder: Recorder) -> CodedImage {
        if !recorder.isListening, imageToTokens.isWorthFolding(tokens: tokens.shape[1]) {
            let keys = tokens.adding(state.tokenCode)
            if let image = imageToTokens.updated(state.image, keys: keys, values: tokens, norm: norms[3]) {
                return image
            }
        }
        let told = lookAtTokens(tokens, state, recorder.scoped("cross_attn_image_to_token"))
        return CodedImage(norm(4, told.adding(state.image.plain), recorder), code: state.image.code)
    }

    private func lookAtImage(
        _ tokens: Tensor,
        _ state: TwoWayState,
        _ projections: ImageProjections?,
        _ recorder: Recorder
    ) -> Tensor {
        let queries = tokens.adding(state.tokenCode)
        if projections == nil, !recorder.isListening, tokensToImage.isWorthFolding(tokens: tokens.shape[1]) {
            return tokensToImage.fromTokens(queries, keys: state.image.coded, values: state.image.plain)
        }
        let projections = projections ?? self.projections(of: state.image)
        return tokensToImage.mix(
            queries: tokensToImage.queryProjection(queries),
            keys: projections.keys,
            values: projections.values,
            recorder: recorder.scoped("cross_attn_token_to_image")
        )
    }

    private func lookAtTokens(_ tokens: Tensor, _ state: TwoWayState, _ recorder: Recorder) -> Tensor {
        let keys = tokens.adding(state.tokenCode)
        guard !recorder.isListening, imageToTokens.isWorthFolding(tokens: tokens.shape[1]) else {
            return imageToTokens(queries: state.image.coded, keys: keys, values: tokens, recorder: recorder)
        }
        return imageToTokens.fromPixels(state.image.coded, keys: keys, values: tokens)
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

/// The image side of what tokens look at, `[B or 1, P, C/2]`.
struct ImageProjections: Sendable {
    let keys: Tensor
    let values: Tensor
}

/// An image and the same with the code of every pixel added.
struct CodedImage: Sendable {
    /// `[B or 1, P, C]`; batch 1 while the image is still the same for all prompts.
    let plain: Tensor
    /// As ``plain``.
    let coded: Tensor
    /// `[P, C]`.
    let code: Tensor

    init(plain: Tensor, coded: Tensor, code: Tensor) {
        (self.plain, self.coded, self.code) = (plain, coded, code)
    }

    init(_ image: Tensor, code: Tensor) {
        plain = image
        coded = image.adding(code)
        self.code = code
    }
}

/// What the layers of the two-way transformer hand on.
struct TwoWayState: Sendable {
    /// `[B, n, C]`.
    let tokens: Tensor
    let image: CodedImage
    /// `[B, n, C]`: the tokens as they came.
    let tokenCode: Tensor
}
