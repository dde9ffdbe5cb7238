import Checkpoints
import Tensors

/// The image encoder: a TinyViT of four stages on grids of 256, 128, 64 and 64, and a neck.
///
/// Features stay `[rows, columns, channels]` from the pixels to the embedding, so every 1×1 convolution is one matrix
/// product. Widths and depths are those of upstream's "5M" variant. TinyViT: Wu et al., ECCV 2022; as image encoder of
/// a SAM: MobileSAM, Zhang et al., arXiv 2306.14289.
package struct TinyViT: Sendable {
    package let patchEmbedding: PatchEmbedding
    package let firstStage: [InvertedBottleneckBlock]
    /// The blocks of the second to the fourth stage.
    package let laterStages: [[TransformerBlock]]
    /// What leads from each stage to the next.
    package let merging: [Bottleneck]
    package let neck: Neck

    /// Called with the name and the value of every stage; for comparing with reference values.
    package typealias Observer = (_ stage: String, _ value: Tensor) -> Void

    /// Channels of the embedding.
    package static let outputs = 256
    private static let channels = [64, 128, 160, 320]
    private static let depths = [2, 2, 6, 2]
    private static let windows = [7, 14, 7]

    /// Reads `image_encoder.*`.
    package init(_ parameters: NamedTensors) throws(CheckpointError) {
        let name = "image_encoder"
        let channels = Self.channels
        patchEmbedding = try PatchEmbedding(parameters, "\(name).patch_embed", channels: channels[0])
        var firstStage: [InvertedBottleneckBlock] = []
        for block in 0..<Self.depths[0] {
            let blockName = "\(name).layers.0.blocks.\(block)"
            firstStage.append(try InvertedBottleneckBlock(parameters, blockName, channels: channels[0]))
        }
        self.firstStage = firstStage
        var laterStages: [[TransformerBlock]] = []
        var merging: [Bottleneck] = []
        for stage in 1..<channels.count {
            let mergingShape = Bottleneck.Shape(
                inputs: channels[stage - 1],
                hidden: channels[stage],
                outputs: channels[stage],
                stride: stage < 3 ? 2 : 1
            )
            merging.append(try Bottleneck(parameters, "\(name).layers.\(stage - 1).downsample", shape: mergingShape))
            let shape = WindowAttention.Shape(
                channels: channels[stage],
                heads: channels[stage] / 32,
                window: Self.windows[stage - 1]
            )
            var blocks: [TransformerBlock] = []
            for block in 0..<Self.depths[stage] {
                blocks.append(try TransformerBlock(parameters, "\(name).layers.\(stage).blocks.\(block)", shape: shape))
            }
            laterStages.append(blocks)
        }
        self.laterStages = laterStages
        self.merging = merging
        neck = try Neck(parameters, "\(name).neck", inputs: channels[3], outputs: Self.outputs)
    }

    /// The embedding `[64, 64, 256]` of a slice.
    package func callAsFunction(_ input: NetworkInput, observer: Observer = { _, _ in }) -> Tensor {
        var x = input.isGrey ? greyStart(input, observer) : colourStart(input, observer)
        observer("l0.b0", x)
        for (index, block) in firstStage.enumerated().dropFirst() {
            x = block(x)
            observer("l0.b\(index)", x)
        }
        for (index, blocks) in laterStages.enumerated() {
            x = merging[index](x)
            observer("l\(index).down", x)
            for (number, block) in blocks.enumerated() {
                x = block(x)
                observer("l\(index + 1).b\(number)", x)
            }
        }
        return finished(x, observer)
    }

    /// The first block's output from tables by byte.
    private func greyStart(_ input: NetworkInput, _ observer: Observer) -> Tensor {
        let features = ByteFeatures(levels: input.levels, embedding: patchEmbedding, block: firstStage[0])
        let bytes = input.paddedBytes
        let size = InputFrame.size
        let embedded = ByteFeatures.lookUp(bytes[...], columns: size, in: features.embedded)
        observer("patch_embed", embedded)
        return firstStage[0](embedded) { rows in
            ByteFeatures.lookUp(
                bytes[rows.lowerBound * size..<rows.upperBound * size],
                columns: size,
                in: features.expanded
            )
        }
    }

    private func colourStart(_ input: NetworkInput, _ observer: Observer) -> Tensor {
        let size = InputFrame.size
        let pixels = Tensor(input.paddedBytes.map { input.levels[Int($0)] }, shape: [size, size, 3])
        let embedded = patchEmbedding(pixels)
        observer("patch_embed", embedded)
        return firstStage[0](embedded)
    }

    private func finished(_ x: Tensor, _ observer: Observer) -> Tensor {
        let reduced = neck.reduce(x)
        observer("neck0", reduced)
        let normalised = neck.firstNorm(reduced)
        observer("neck1", normalised)
        return neck.secondNorm(neck.convolution(normalised.reshaped([1] + normalised.shape)))
            .reshaped(normalised.shape)
    }
}
