import Checkpoints
import Inference
import SegmentAnything
import Tensors

/// SAM-Med2D (Cheng et al. 2023): Segment Anything with adapters, fine-tuned on medical slices at 256 pixels.
///
/// An immutable value; copies share the weights.
public struct SAMMed2DModel: Sendable {
    /// The sizes of the network.
    public let configuration: SAMMed2DConfiguration
    /// How slices become inputs.
    public let preprocessing: Preprocessing

    var imageEncoder: ImageEncoder
    var promptEncoder: PromptEncoder
    var maskDecoder: MaskDecoder
    /// What the network computes in when nothing is trained, as far as the CPU has it.
    public let precision: NetworkPrecision

    /// Builds the network from the tensors of a checkpoint.
    ///
    /// Without a configuration the sizes are read from the tensors. Weights of the original Segment Anything are taken
    /// too: position tables are interpolated to 256 pixels, and there are no adapters.
    ///
    /// `precision` is what the network computes in when nothing is trained; `cache` keeps weights packed for that between
    /// runs.
    ///
    /// - Throws: ``CheckpointError`` naming the tensor that is missing or does not fit.
    public init(
        _ parameters: NamedTensors,
        configuration: SAMMed2DConfiguration? = nil,
        preprocessing: Preprocessing = .stretch,
        precision: NetworkPrecision = .float32,
        cache: PackedWeightCache? = nil
    ) throws(CheckpointError) {
        let chosen: SAMMed2DConfiguration
        if let configuration {
            chosen = configuration
        } else {
            chosen = try SAMMed2DConfiguration(inferredFrom: parameters)
        }
        try chosen.validate()
        self.configuration = chosen
        self.preprocessing = preprocessing
        var parameters = parameters
        // The first and the last layers and the small decoder gain least from integers and lose most.
        let packer = WeightPacker(precision, cache: cache) { !$0.hasPrefix("image_encoder.blocks.") }
        parameters.preparation = packer
        self.precision = packer.precision
        imageEncoder = try ImageEncoder(parameters, configuration: chosen)
        promptEncoder = try PromptEncoder(parameters, grid: chosen.grid, inputSize: chosen.inputSize)
        maskDecoder = try MaskDecoder(parameters)
        packer.finish()
        guard imageEncoder.outputs == promptEncoder.width else {
            throw .unsupported("an encoder of \(imageEncoder.outputs) channels, a decoder of \(promptEncoder.width)")
        }
    }
}

extension SAMMed2DModel: SegmentationModel {
    /// Boxes, points and masks are all taken.
    public var traits: ModelTraits {
        ModelTraits(
            architecture: "sam-med2d",
            inputSize: configuration.inputSize,
            takesPoints: true,
            takesMasks: true
        )
    }

    /// Normalises and resizes the slice, then runs the image encoder.
    public func encode(_ image: SliceImage) throws(ModelError) -> ImageEmbedding {
        let grid = configuration.grid
        let features = imageEncoder(preprocessing.input(from: image, size: configuration.inputSize))
        return ImageEmbedding(
            features: features.reshaped([grid * grid, promptEncoder.width]),
            grid: grid,
            sourceRows: image.rows,
            sourceColumns: image.columns
        )
    }

    /// Decodes prompts and keeps, of each prompt's three masks, the one with the largest predicted IoU.
    ///
    /// A mask prompt is the sigmoid of earlier low-res logits, `[4g, 4g]`.
    public func decode(
        _ prompts: [Prompt],
        on embedding: ImageEmbedding
    ) throws(ModelError) -> [MaskPrediction] {
        try validate(embedding)
        var predictions = [MaskPrediction?](repeating: nil, count: prompts.count)
        for group in try PromptGroup.groups(of: prompts, for: self, on: embedding) {
            let output = precision.withProducts {
                maskDecoder(
                    group.batch,
                    features: embedding.features,
                    encoder: promptEncoder,
                    masks: 1..<MaskDecoder.maskCount
                )
            }
            for (row, prediction) in select(output, on: embedding).enumerated() {
                predictions[group.indices[row]] = prediction
            }
        }
        return predictions.compactMap { $0 }
    }

    private func validate(_ embedding: ImageEmbedding) throws(ModelError) {
        let grid = configuration.grid
        guard embedding.grid == grid, embedding.features.shape == [grid * grid, promptEncoder.width] else {
            throw .invalidInput(
                "an embedding of shape \(embedding.features.shape) comes from another model: this one needs "
                    + "\([grid * grid, promptEncoder.width])"
            )
        }
    }

    /// The best of masks 1 to 3 of every prompt (the first of equals), enlarged in two steps: to the input's size, then
    /// to the slice's. One step would give other masks.
    private func select(_ output: MaskDecoder.Output, on embedding: ImageEmbedding) -> [MaskPrediction] {
        let (edge, masks) = (output.logits.shape[2], output.logits.shape[1])
        let (rows, columns) = (embedding.sourceRows, embedding.sourceColumns)
        let all = output.logits.reshaped([output.logits.shape[0] * masks, edge, edge])
        return (0..<output.logits.shape[0]).map { prompt in
            let quality = output.predictedIoU.slice(prompt..<prompt + 1).values.dropFirst()
            let best = quality.indices.reduce(1) { quality[$1] > quality[$0] ? $1 : $0 }
            let chosen = all.slice(prompt * masks + best - 1..<prompt * masks + best)
            let size = configuration.inputSize
            let enlarged = chosen.reshaped([1, edge, edge, 1]).resizedBilinearly(rows: size, columns: size)
            return MaskPrediction(
                lowResLogits: chosen.reshaped([edge, edge]),
                logits: preprocessing.restore(enlarged, rows: rows, columns: columns).reshaped([rows, columns]),
                predictedIoU: quality[best]
            )
        }
    }
}

extension SAMMed2DModel: VerifiableModel {
    /// Runs the image encoder on a normalised input.
    public func embed(input: Tensor) throws(ModelError) -> Tensor {
        let (size, grid) = (configuration.inputSize, configuration.grid)
        guard input.shape == [1, 3, size, size] else {
            throw .invalidInput("the input has shape \(input.shape), this model takes \([1, 3, size, size])")
        }
        return imageEncoder(input.channelsLast()).reshaped([grid * grid, promptEncoder.width])
    }

    /// All four masks of every prompt.
    public func decodeAll(
        _ prompts: PromptBatch,
        on features: Tensor
    ) throws(ModelError) -> MaskDecoder.Output {
        let edge = 4 * configuration.grid
        guard prompts.masks.map({ $0.shape == [prompts.count, edge, edge] }) ?? true else {
            throw .invalidInput("mask prompts have \(edge) × \(edge) elements for this model")
        }
        return precision.withProducts { maskDecoder(prompts, features: features, encoder: promptEncoder) }
    }
}
