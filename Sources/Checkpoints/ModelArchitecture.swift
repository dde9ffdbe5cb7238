/// The networks whose weights are understood.
public enum ModelArchitecture: String, Sendable, Hashable, Codable, CaseIterable {
    /// A ViT encoder with adapters (SAM-Med2D).
    case samMed2D = "sam-med2d"
    /// A TinyViT encoder (LiteMedSAM).
    case liteMedSAM = "litemedsam"
    /// A ViT encoder without adapters: the original SAM and what was fine-tuned from it.
    case sam = "sam"

    /// Tells the architecture by the names of the parameters.
    ///
    /// - Throws: ``CheckpointError/unsupported(_:)`` for weights of any other network.
    public static func detect(_ weights: NamedTensors) throws(CheckpointError) -> ModelArchitecture {
        if weights.contains("image_encoder.patch_embed.seq.0.c.weight") { return .liteMedSAM }
        let isVisionTransformer =
            weights.contains("image_encoder.patch_embed.proj.weight")
            && weights.contains("image_encoder.blocks.0.attn.qkv.weight")
        if isVisionTransformer {
            let adapter = "image_encoder.blocks.0.Adapter."
            return weights.tensors.keys.contains { $0.hasPrefix(adapter) } ? .samMed2D : .sam
        }
        if weights.tensors.keys.contains(where: { $0.hasPrefix("module.image_encoder.") }) {
            throw .unsupported("its names begin with module.: save the wrapped model's state_dict() instead")
        }
        let examples = weights.tensors.keys.sorted().prefix(3).map(CheckpointError.quote).joined(separator: ", ")
        throw .unsupported("its tensors are those of no SAM-Med2D, LiteMedSAM or SAM; it has \(examples)")
    }
}
