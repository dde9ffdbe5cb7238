import Tensors

/// The facts about a network that its weights' shapes give away.
public struct ModelConfiguration: Sendable, Hashable, Codable {
    /// `vit_b`, `vit_l`, `vit_h`, `tiny_vit_5m`, or `custom` for any other width and depth.
    public let variant: String
    /// The side of the square input in pixels.
    public let imageSize: Int
    /// The width of the encoder; of its last stage where stages differ.
    public let embeddingDimension: Int
    /// The number of encoder blocks, all stages together.
    public let depth: Int
    /// The number of attention heads; of the last stage where stages differ.
    public let heads: Int
    /// The number of channels of the image embedding.
    public let outputChannels: Int
    /// Whether the encoder has adapters.
    public let hasAdapters: Bool
    /// The number of values in all tensors, buffers included.
    public let valueCount: Int

    /// Reads the facts off the shapes.
    ///
    /// - Throws: ``CheckpointError`` where a tensor that tells them is missing or has an impossible shape.
    public init(
        of weights: NamedTensors,
        architecture: ModelArchitecture
    ) throws(CheckpointError) {
        let neck = try Self.shape(of: "image_encoder.neck.0.weight", rank: 4, in: weights)
        outputChannels = neck[0]
        embeddingDimension = neck[1]
        hasAdapters = architecture == .samMed2D
        valueCount = weights.tensors.values.reduce(0) { $0 + $1.count }
        switch architecture {
        case .samMed2D, .sam:
            let position = try Self.shape(of: "image_encoder.pos_embed", rank: 4, in: weights)
            let patch = try Self.shape(of: "image_encoder.patch_embed.proj.weight", rank: 4, in: weights)
            let relative = try Self.shape(of: "image_encoder.blocks.0.attn.rel_pos_h", rank: 2, in: weights)
            guard position[1] == position[2], position[3] == embeddingDimension, patch[0] == embeddingDimension,
                patch[2] == patch[3], relative[1] > 0, embeddingDimension.isMultiple(of: relative[1])
            else { throw .malformed("the shapes of the encoder's tensors contradict each other") }
            imageSize = position[1] * patch[2]
            heads = embeddingDimension / relative[1]
            depth = Self.blockCount(below: "image_encoder.blocks.", in: weights)
            variant = Self.visionTransformers[[embeddingDimension, depth, heads]] ?? "custom"
        case .liteMedSAM:
            let biases = "image_encoder.layers.3.blocks.0.attn.attention_biases"
            heads = try Self.shape(of: biases, rank: 2, in: weights)[0]
            depth = (0..<4).reduce(0) { $0 + Self.blockCount(below: "image_encoder.layers.\($1).blocks.", in: weights) }
            // The encoder is convolutional at its start: no tensor depends on the size, which is fixed by design.
            imageSize = 256
            variant = [embeddingDimension, depth, heads] == [320, 12, 10] ? "tiny_vit_5m" : "custom"
        }
    }

    /// Width, depth and heads of the published sizes.
    private static let visionTransformers = [
        [768, 12, 12]: "vit_b", [1024, 24, 16]: "vit_l", [1280, 32, 16]: "vit_h",
    ]

    private static func shape(
        of name: String,
        rank: Int,
        in weights: NamedTensors
    ) throws(CheckpointError) -> [Int] {
        guard let tensor = weights.tensors[name] else { throw .missingTensor(name) }
        guard tensor.shape.count == rank, tensor.count > 0 else {
            throw .malformed("tensor \(name) has the shape \(tensor.shape), \(rank) axes are expected")
        }
        return tensor.shape
    }

    private static func blockCount(below prefix: String, in weights: NamedTensors) -> Int {
        var numbers: Set<Int> = []
        for name in weights.tensors.keys where name.hasPrefix(prefix) {
            if let number = Int(name.dropFirst(prefix.count).prefix { $0 != "." }) { numbers.insert(number) }
        }
        return numbers.count
    }
}
