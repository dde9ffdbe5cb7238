import Checkpoints
import SegmentAnything
import Tensors

extension LiteMedSAMModel: TrainableModel {
    /// The decoder, without or with the encoder's neck. Batch normalisation stays as it is, folded: in the small batches
    /// that fit here its statistics would only get worse.
    public static let scopes: [TrainingScope] = [.decoder, .neck]

    /// Of the prompt encoder only what is added to a box's corners; of the hypernetworks only that of mask 0, the only
    /// mask in use.
    public static func isTrained(_ name: String, in scope: TrainingScope) -> Bool {
        guard scopes.contains(scope) else { return false }
        if name.hasPrefix("mask_decoder.") {
            let hypernetworks = "mask_decoder.output_hypernetworks_mlps."
            return !name.hasPrefix(hypernetworks) || name.hasPrefix(hypernetworks + "0.")
        }
        let corners = ["prompt_encoder.point_embeddings.2.weight", "prompt_encoder.point_embeddings.3.weight"]
        return corners.contains(name) || scope == .neck && name.hasPrefix("image_encoder.neck.")
    }

    /// The network with other parameters.
    public func rebuilt(
        from parameters: NamedTensors,
        scope: TrainingScope
    ) throws(CheckpointError) -> LiteMedSAMModel {
        require(scope)
        var model = self
        model.decoder = try MaskDecoder(parameters)
        model.promptEncoder = try promptEncoder.rebuilt(from: parameters)
        if scope == .neck { model.encoder.neck = try TinyViT.neck(parameters) }
        return model
    }

    /// S, the edge of the square input in pixels.
    public var inputSize: Int { InputFrame.size }

    /// g, the edge of the embedding grid.
    public var grid: Int { TinyViT.grid }

    /// Mask 0, the only one that was trained.
    public var maskChoice: MaskChoice { .first }

    /// The embedding `[4096, 256]` for the decoder, the neck's input `[64, 64, 320]` for the neck.
    public func frozenPart(of image: SliceImage, scope: TrainingScope) throws(ModelError) -> Tensor {
        require(scope)
        guard scope == .neck else { return try encode(image).features }
        return encoder.trunk(try NetworkInput(image))
    }

    /// The embeddings of a batch, `[B, 4096, 256]`.
    public func features(of frozen: [Tensor], scope: TrainingScope) -> Tensor {
        require(scope)
        let embeddings = scope == .neck ? frozen.map { encoder.neck($0, recorder: .none) } : frozen
        return Tensor.joined(embeddings.map { $0.reshaped([1, grid * grid, TinyViT.outputs]) })
    }

    /// Mask 0 of every prompt; only boxes lead to a mask worth training.
    public func decodeTraining(_ prompts: PromptBatch, on features: Tensor) -> MaskDecoder.Output {
        decoder(prompts, features: features, encoder: promptEncoder, masks: maskChoice.masks)
    }

    /// A box of the slice in pixels of the input: scaled, neither rounded nor clipped.
    public func networkBox(_ box: Prompt.Box, rows: Int, columns: Int) throws(ModelError) -> [Float] {
        let scaled = try InputFrame(sourceRows: rows, sourceColumns: columns).scaled(box)
        return [scaled.x0, scaled.y0, scaled.x1, scaled.y1].map { Float($0) }
    }

    /// A mask of the slice in the input, `[256, 256]`.
    public func networkMask(_ mask: [Bool], rows: Int, columns: Int) throws(ModelError) -> Tensor {
        guard mask.count == rows * columns else {
            throw .invalidInput("a mask of \(mask.count) pixels for a slice of \(rows) × \(columns)")
        }
        return try InputFrame(sourceRows: rows, sourceColumns: columns).mask(mask)
    }

    private func require(_ scope: TrainingScope) {
        precondition(Self.scopes.contains(scope), "LiteMedSAM knows no scope \(scope.rawValue)")
    }
}
