import Checkpoints
import SegmentAnything
import Tensors

/// The image encoder: a TinyViT of four stages on grids of 256, 128, 64 and 64, and a neck.
///
/// Features stay `[rows, columns, channels]` from the pixels to the embedding, so every 1×1 convolution is one matrix
/// product. Widths and depths are those of upstream's "5M" variant. TinyViT: Wu et al., ECCV 2022; as image encoder of
/// a SAM: MobileSAM, Zhang et al., arXiv 2306.14289.
///
/// A recorder hears the stages as `patch_embed`, `l0.b0`, `l0.b1`, `l0.down`, … `l3.b1`, `neck0`, `neck1`.
package struct TinyViT: Sendable {
    package let patchEmbedding: PatchEmbedding
    package let firstStage: [InvertedBottleneckBlock]
    /// What leads from each stage to the next.
    package let merging: [Bottleneck]
    /// The blocks of the second to the fourth stage.
    package let laterStages: [[TransformerBlock]]
    package var neck: Neck

    /// The edge of the embedding's grid.
    package static let grid = 64
    /// Channels of the embedding.
    package static let outputs = 256

    private static let channels = [64, 128, 160, 320]
    private static let depths = [2, 2, 6, 2]
    private static let windows = [7, 14, 7]

    /// Reads `image_encoder.*`.
    package init(_ parameters: NamedTensors) throws(CheckpointError) {
        let name = "image_encoder"
        patchEmbedding = try PatchEmbedding(parameters, "\(name).patch_embed", channels: Self.channels[0])
        var firstStage: [InvertedBottleneckBlock] = []
        for block in 0..<Self.depths[0] {
            let blockName = "\(name).layers.0.blocks.\(block)"
            firstStage.append(try InvertedBottleneckBlock(parameters, blockName, channels: Self.channels[0]))
        }
        self.firstStage = firstStage
        var merging: [Bottleneck] = []
        var laterStages: [[TransformerBlock]] = []
        for stage in 1..<Self.channels.count {
            merging.append(try Self.merging(parameters, "\(name).layers.\(stage - 1).downsample", into: stage))
            laterStages.append(try Self.blocks(parameters, "\(name).layers.\(stage).blocks", of: stage))
        }
        self.merging = merging
        self.laterStages = laterStages
        neck = try Self.neck(parameters)
    }

    /// The neck of a checkpoint.
    package static func neck(_ parameters: NamedTensors) throws(CheckpointError) -> Neck {
        try Neck(parameters, "image_encoder.neck", inputs: channels[3], outputs: outputs)
    }

    private static func merging(
        _ parameters: NamedTensors,
        _ name: String,
        into stage: Int
    ) throws(CheckpointError) -> Bottleneck {
        let outputs = channels[stage]
        // The last step widens without shrinking the grid.
        let stride = stage < 3 ? 2 : 1
        let shape = Bottleneck.Shape(inputs: channels[stage - 1], hidden: outputs, outputs: outputs, stride: stride)
        return try Bottleneck(parameters, name, shape: shape)
    }

    private static func blocks(
        _ parameters: NamedTensors,
        _ name: String,
        of stage: Int
    ) throws(CheckpointError) -> [TransformerBlock] {
        let shape = WindowAttention.Shape(
            channels: channels[stage],
            heads: channels[stage] / 32,
            window: windows[stage - 1]
        )
        var blocks: [TransformerBlock] = []
        for block in 0..<depths[stage] {
            blocks.append(try TransformerBlock(parameters, "\(name).\(block)", shape: shape))
        }
        return blocks
    }

    /// The embedding `[64, 64, 256]` of a slice.
    package func callAsFunction(_ input: NetworkInput, recorder: Recorder = .none) -> Tensor {
        neck(trunk(input, recorder: recorder), recorder: recorder)
    }

    /// What the neck takes of a slice, `[64, 64, 320]`.
    package func trunk(_ input: NetworkInput, recorder: Recorder = .none) -> Tensor {
        guard input.isGrey else { return trunk(pixels: input.pixels, recorder: recorder) }
        let features = ByteFeatures(levels: input.levels, embedding: patchEmbedding, block: firstStage[0])
        let bytes = input.paddedBytes
        let size = InputFrame.size
        let embedded = ByteFeatures.lookUp(bytes[...], columns: size, in: features.embedded)
        recorder("patch_embed", embedded)
        return finish(firstStage[0](embedded, bytes: bytes, features: features), recorder)
    }

    /// The embedding `[64, 64, 256]` of pixels `[256, 256, 3]`.
    package func callAsFunction(pixels: Tensor, recorder: Recorder = .none) -> Tensor {
        neck(trunk(pixels: pixels, recorder: recorder), recorder: recorder)
    }

    private func trunk(pixels: Tensor, recorder: Recorder) -> Tensor {
        precondition(pixels.shape == [InputFrame.size, InputFrame.size, 3], "pixels \(pixels.shape)")
        let embedded = patchEmbedding(pixels)
        recorder("patch_embed", embedded)
        return finish(firstStage[0](embedded), recorder)
    }

    /// From the first block's output to the neck.
    private func finish(_ first: Tensor, _ recorder: Recorder) -> Tensor {
        var x = first
        recorder("l0.b0", x)
        for (number, block) in firstStage.enumerated().dropFirst() {
            x = block(x)
            recorder("l0.b\(number)", x)
        }
        for (stage, blocks) in laterStages.enumerated() {
            x = merging[stage](x)
            recorder("l\(stage).down", x)
            for (number, block) in blocks.enumerated() {
                x = block(x)
                recorder("l\(stage + 1).b\(number)", x)
            }
        }
        return x
    }
}
