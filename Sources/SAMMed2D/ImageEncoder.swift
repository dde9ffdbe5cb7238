import Checkpoints
import SegmentAnything
import Tensors

/// The vision transformer that turns a normalised image into an embedding.
struct ImageEncoder: Sendable {
    private let patches: Convolution
    /// `[1, g, g, C]`.
    private let positions: Tensor
    private var blocks: [EncoderBlock]
    private let neck: EncoderNeck

    /// The number of channels of the embedding.
    var outputs: Int { neck.outputs }

    /// Takes the tensors `image_encoder.…`. Position tables of another input size are interpolated.
    init(_ parameters: NamedTensors, configuration: SAMMed2DConfiguration) throws(CheckpointError) {
        let (width, patch, grid) = (configuration.width, configuration.patchSize, configuration.grid)
        patches = try parameters.convolution(
            "image_encoder.patch_embed.proj",
            shape: [width, 3, patch, patch],
            stride: patch
        )
        let stored = try parameters.shape(of: "image_encoder.pos_embed", axes: 4)
        positions = try parameters.require("image_encoder.pos_embed", shape: [1, stored[1], stored[1], width])
            .resizedBilinearly(rows: grid, columns: grid)
        var blocks: [EncoderBlock] = []
        for index in 0..<configuration.depth {
            blocks.append(try EncoderBlock(parameters, index: index, configuration: configuration))
        }
        self.blocks = blocks
        neck = try EncoderNeck(parameters, width: width)
    }

    /// The encoder with other parameters of its adapters.
    func rebuiltAdapters(from parameters: NamedTensors) throws(CheckpointError) -> ImageEncoder {
        var encoder = self
        for index in blocks.indices {
            encoder.blocks[index] = try blocks[index].rebuiltAdapter(from: parameters, index: index)
        }
        return encoder
    }

    /// `[B, S, S, 3]`, normalised, to `[B, g, g, C]`.
    func callAsFunction(_ images: Tensor, recorder: Recorder = .none) -> Tensor {
        let recorder = recorder.scoped("image_encoder")
        var x = patches(images)
        recorder("patch_embed.proj", x)
        recorder("patch_embed", x)
        x = x.adding(positions)
        recorder("tokens0", x)
        for (index, block) in blocks.enumerated() {
            x = block(x, recorder: recorder.scoped("blocks.\(index)"))
        }
        x = neck(x, recorder: recorder.scoped("neck"))
        recorder("", x)
        return x
    }
}

/// The two convolutions after the last block.
struct EncoderNeck: Sendable {
    private let first: Convolution
    private let firstNorm: LayerNorm
    private let second: Convolution
    private let secondNorm: LayerNorm

    var outputs: Int { second.outputs }

    init(_ parameters: NamedTensors, width: Int) throws(CheckpointError) {
        let name = "image_encoder.neck."
        let outputs = try parameters.shape(of: name + "0.weight", axes: 4)[0]
        first = try parameters.convolution(name + "0", shape: [outputs, width, 1, 1], hasBias: false)
        firstNorm = try parameters.layerNorm(name + "1", width: outputs, epsilon: 1e-6)
        second = try parameters.convolution(name + "2", shape: [outputs, outputs, 3, 3], padding: 1, hasBias: false)
        secondNorm = try parameters.layerNorm(name + "3", width: outputs, epsilon: 1e-6)
    }

    func callAsFunction(_ x: Tensor, recorder: Recorder) -> Tensor {
        var x = first(x)
        recorder("0", x)
        x = firstNorm(x)
        recorder("1", x)
        x = second(x)
        recorder("2", x)
        x = secondNorm(x)
        recorder("3", x)
        recorder("", x)
        return x
    }
}
