import Checkpoints
import Inference
import SegmentAnything
import Tensors

/// LiteMedSAM: a small encoder for machines without an accelerator, prompted by boxes alone.
///
/// A slice is scaled to 256 pixels on its longest side, its grey values are stretched to 0…1, and the rest of the square
/// is zero. The published recipe (Ma et al., bowang-lab/MedSAM, branch LiteMedSAM) makes bytes over the whole volume, not
/// over one slice: the caller's business.
public struct LiteMedSAMModel: SegmentationModel {
    var encoder: TinyViT
    var promptEncoder: PromptEncoder
    var decoder: MaskDecoder
    /// What the network computes in when nothing is trained, as far as the CPU has it.
    public let precision: NetworkPrecision

    /// Reads a LiteMedSAM checkpoint: `image_encoder.*`, `prompt_encoder.*` and `mask_decoder.*`. `precision` is what the
    /// network computes in when nothing is trained.
    ///
    /// Throws ``CheckpointError`` naming the first tensor that is missing or has another shape.
    public init(
        parameters: NamedTensors,
        precision: NetworkPrecision = .float32,
        cache: PackedWeightCache? = nil
    ) throws(CheckpointError) {
        var parameters = parameters
        // The first and the last layers and the decoder gain least from integers and lose most; bottlenecks have sums so
        // short that rounding their rows to bytes costs what it saves.
        let packer = WeightPacker(precision, cache: cache) { name in
            !name.hasPrefix("image_encoder.layers.") || name.hasPrefix("image_encoder.layers.0.")
                || name.contains(".downsample.")
        }
        parameters.preparation = packer
        self.precision = packer.precision
        encoder = try TinyViT(parameters)
        promptEncoder = try PromptEncoder(parameters, grid: TinyViT.grid, inputSize: InputFrame.size)
        guard promptEncoder.width == TinyViT.outputs else {
            throw .unsupported("a prompt encoder of width \(promptEncoder.width), LiteMedSAM's is \(TinyViT.outputs)")
        }
        decoder = try MaskDecoder(parameters)
        packer.finish()
    }

    /// Boxes only, input of 256 × 256 pixels.
    public var traits: ModelTraits {
        ModelTraits(
            architecture: ModelArchitecture.liteMedSAM.rawValue,
            inputSize: InputFrame.size,
            takesPoints: false,
            takesMasks: false
        )
    }

    /// Encodes one slice; the embedding has 64 × 64 pixels of 256 channels.
    ///
    /// Throws ``ModelError/invalidInput(_:)`` for a slice more than 512 times as long as wide.
    public func encode(_ image: SliceImage) throws(ModelError) -> ImageEmbedding {
        let input = try NetworkInput(image)
        return ImageEmbedding(
            features: encoder(input).reshaped([TinyViT.grid * TinyViT.grid, TinyViT.outputs]),
            grid: TinyViT.grid,
            sourceRows: image.rows,
            sourceColumns: image.columns
        )
    }

    /// Decodes boxes of one slice: always the first mask, the only one that was trained, and its predicted IoU.
    ///
    /// Throws ``ModelError/unsupportedPrompt(_:)`` for points and masks, and ``ModelError/invalidInput(_:)`` for a box
    /// whose corners are not finite or not in order, or an embedding of another network.
    public func decode(_ prompts: [Prompt], on embedding: ImageEmbedding) throws(ModelError) -> [MaskPrediction] {
        guard !prompts.isEmpty else { return [] }
        guard embedding.grid == TinyViT.grid,
            embedding.features.shape == [promptEncoder.gridCode.shape[0], TinyViT.outputs]
        else {
            throw .invalidInput("the embedding is not LiteMedSAM's: its grid is \(embedding.grid), not \(TinyViT.grid)")
        }
        let frame = try InputFrame(sourceRows: embedding.sourceRows, sourceColumns: embedding.sourceColumns)
        var corners: [Float] = []
        for prompt in prompts {
            let box = frame.scaled(try Self.box(of: prompt))
            corners += [box.x0, box.y0, box.x1, box.y1].map { Float($0) }
        }
        let output = precision.withProducts {
            decoder(
                PromptBatch(boxes: Tensor(corners, shape: [prompts.count, 4])),
                features: embedding.features,
                encoder: promptEncoder,
                masks: 0..<1
            )
        }
        return prompts.indices.map { index in
            let logits = output.logits.slice(index..<index + 1).reshaped([InputFrame.size, InputFrame.size])
            return MaskPrediction(
                lowResLogits: logits,
                logits: frame.sourceLogits(logits),
                predictedIoU: output.predictedIoU.slice(index..<index + 1).values[0]
            )
        }
    }

    /// The box of a prompt that has nothing else.
    private static func box(of prompt: Prompt) throws(ModelError) -> Prompt.Box {
        guard prompt.points.isEmpty else {
            throw .unsupportedPrompt(
                """
                LiteMedSAM takes boxes only: it was not trained on points and answers them with a meaningless mask. \
                Draw a box, or use a model that takes points.
                """
            )
        }
        guard prompt.mask == nil else {
            throw .unsupportedPrompt(
                """
                LiteMedSAM takes boxes only: it was not trained on mask prompts, and one beside a box makes its mask \
                worse. Leave the mask out.
                """
            )
        }
        guard let box = prompt.box else {
            throw .unsupportedPrompt("LiteMedSAM needs a box around the object; the prompt has none.")
        }
        guard [box.x0, box.y0, box.x1, box.y1].allSatisfy(\.isFinite), box.x0 <= box.x1, box.y0 <= box.y1 else {
            throw .invalidInput("a box goes from its upper left to its lower right corner, in finite coordinates")
        }
        return box
    }
}
