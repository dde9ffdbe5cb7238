import Checkpoints
import SegmentAnything
import Tensors

/// One transformer block of the image encoder.
struct EncoderBlock: Sendable {
    private let firstNorm: LayerNorm
    private let attention: WindowAttention
    private let secondNorm: LayerNorm
    private let expand: Linear
    private let contract: Linear
    private var adapter: Adapter?

    /// Takes the tensors `image_encoder.blocks.index.…`.
    init(_ parameters: NamedTensors, index: Int, configuration: SAMMed2DConfiguration) throws(CheckpointError) {
        let name = "image_encoder.blocks.\(index)"
        let width = configuration.width
        let isGlobal = configuration.globalBlocks.contains(index)
        firstNorm = try parameters.layerNorm(name + ".norm1", width: width, epsilon: 1e-6)
        attention = try WindowAttention(
            parameters,
            name + ".attn",
            configuration: configuration,
            edge: isGlobal ? configuration.grid : configuration.windowSize
        )
        secondNorm = try parameters.layerNorm(name + ".norm2", width: width, epsilon: 1e-6)
        let inner = try parameters.shape(of: name + ".mlp.lin1.weight", axes: 2)[0]
        expand = try parameters.linear(name + ".mlp.lin1", inputs: width, outputs: inner)
        contract = try parameters.linear(name + ".mlp.lin2", inputs: inner, outputs: width)
        adapter = configuration.hasAdapters ? try Adapter(parameters, name + ".Adapter", width: width) : nil
    }

    /// The block with other parameters of its adapter.
    func rebuiltAdapter(from parameters: NamedTensors, index: Int) throws(CheckpointError) -> EncoderBlock {
        var block = self
        if adapter != nil {
            let name = "image_encoder.blocks.\(index).Adapter"
            block.adapter = try Adapter(parameters, name, width: contract.outputs)
        }
        return block
    }

    /// `[B, g, g, C]` to the same shape.
    func callAsFunction(_ x: Tensor, recorder: Recorder) -> Tensor {
        var x = x
        let attended = firstNorm(x)
        recorder("norm1", attended)
        x.add(attention(attended, recorder: recorder.scoped("attn")))
        let normal = secondNorm(x)
        recorder("norm2", normal)
        x.add(perceptron(normal, recorder: recorder.scoped("mlp")))
        if let adapter { x.add(adapter(normal, recorder: recorder.scoped("Adapter"))) }
        recorder("", x)
        return x
    }

    private func perceptron(_ x: Tensor, recorder: Recorder) -> Tensor {
        let inner = recorder.layer("lin1", then: .gelu, "act") { expand(x, activation: $0) }
        let y = contract(inner)
        recorder("lin2", y)
        recorder("", y)
        return y
    }
}
