import Checkpoints
import SegmentAnything
import Tensors

extension SAMMed2DModel: TrainableModel {
    /// The decoder alone, the published recipe's adapters with both ends of the decoder, or everything.
    public static let scopes: [TrainingScope] = [.decoder, .adapter, .full]

    /// Mask 0 is never chosen, so its hypernetwork does not learn; the table of frequencies is a constant.
    public static func isTrained(_ name: String, in scope: TrainingScope) -> Bool {
        if name.hasSuffix("positional_encoding_gaussian_matrix") { return false }
        if name.hasPrefix("mask_decoder.output_hypernetworks_mlps.0.") { return false }
        switch scope {
        case .decoder: return name.hasPrefix("mask_decoder.")
        case .adapter:
            return name.hasPrefix("mask_decoder.") || name.hasPrefix("prompt_encoder.") || name.contains(".Adapter.")
        case .full: return true
        case .neck: return false
        }
    }

    /// The network with other parameters.
    public func rebuilt(
        from parameters: NamedTensors,
        scope: TrainingScope
    ) throws(CheckpointError) -> SAMMed2DModel {
        require(scope)
        var model = self
        model.maskDecoder = try MaskDecoder(parameters)
        guard scope != .decoder else { return model }
        model.promptEncoder = try promptEncoder.rebuilt(from: parameters)
        model.imageEncoder =
            scope == .full
            ? try ImageEncoder(parameters, configuration: configuration)
            : try imageEncoder.rebuiltAdapters(from: parameters)
        return model
    }

    /// S, the edge of the square input in pixels.
    public var inputSize: Int { configuration.inputSize }

    /// g, the edge of the embedding grid.
    public var grid: Int { configuration.grid }

    /// The best of masks 1 to 3.
    public var maskChoice: MaskChoice { .bestPredictedIoU }

    /// The embedding `[g·g, C]` for the decoder, else the normalised input `[S, S, 3]`.
    public func frozenPart(of image: SliceImage, scope: TrainingScope) throws(ModelError) -> Tensor {
        require(scope)
        guard scope != .decoder else { return try encode(image).features }
        return preprocessing.input(from: image, size: inputSize).reshaped([inputSize, inputSize, 3])
    }

    /// The embeddings of a batch, `[B, g·g, C]`.
    public func features(of frozen: [Tensor], scope: TrainingScope) -> Tensor {
        require(scope)
        let batch = Tensor.joined(frozen.map { $0.reshaped([1] + $0.shape) })
        guard scope != .decoder else { return batch }
        return imageEncoder(batch).reshaped([frozen.count, grid * grid, promptEncoder.width])
    }

    /// Masks 1 to 3 of every prompt.
    public func decodeTraining(_ prompts: PromptBatch, on features: Tensor) -> MaskDecoder.Output {
        maskDecoder(prompts, features: features, encoder: promptEncoder, masks: maskChoice.masks)
    }

    /// A box of the slice in pixels of the input.
    public func networkBox(_ box: Prompt.Box, rows: Int, columns: Int) throws(ModelError) -> [Float] {
        [(box.x0, box.y0), (box.x1, box.y1)].flatMap { corner in
            let position = preprocessing.position(
                x: corner.0,
                y: corner.1,
                rows: rows,
                columns: columns,
                size: inputSize
            )
            return [position.x, position.y]
        }
    }

    /// A mask of the slice in the geometry of the input, `[S, S]`.
    public func networkMask(_ mask: [Bool], rows: Int, columns: Int) throws(ModelError) -> Tensor {
        guard mask.count == rows * columns else {
            throw .invalidInput("a mask of \(mask.count) pixels for a slice of \(rows) × \(columns)")
        }
        let bytes = preprocessing.mask(mask.map { $0 ? 1 : 0 }, rows: rows, columns: columns, size: inputSize)
        return Tensor(bytes.map { Float($0) }, shape: [inputSize, inputSize])
    }

    private func require(_ scope: TrainingScope) {
        precondition(Self.scopes.contains(scope), "SAM-Med2D knows no scope \(scope.rawValue)")
    }
}
