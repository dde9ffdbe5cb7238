import Checkpoints
import Tensors

/// Linear maps with ReLU between them and nothing after the last (the "MLP" of Segment Anything's decoder).
struct PerceptronStack: Sendable {
    private let layers: [Linear]

    /// Takes the tensors `name.layers.0…`; widths and depth follow from them.
    init(_ parameters: NamedTensors, _ name: String, inputs: Int, outputs: Int) throws(CheckpointError) {
        let depth = parameters.blockCount(name + ".layers.")
        guard depth > 0 else { throw .missingTensor(name + ".layers.0.weight") }
        var layers: [Linear] = []
        var width = inputs
        for index in 0..<depth {
            let layer = "\(name).layers.\(index)"
            let next = index == depth - 1 ? outputs : try parameters.shape(of: layer + ".weight", axes: 2)[0]
            layers.append(try parameters.linear(layer, inputs: width, outputs: next))
            width = next
        }
        self.layers = layers
    }

    /// `[…, inputs]` to `[…, outputs]`.
    func callAsFunction(_ x: Tensor, recorder: Recorder) -> Tensor {
        var x = x
        for (index, layer) in layers.enumerated() {
            let activation: Activation = index == layers.count - 1 ? .identity : .relu
            x = recorder.layer("layers.\(index)", then: activation, "layers.\(index).act") {
                layer(x, activation: $0)
            }
        }
        recorder("", x)
        return x
    }
}
