import Checkpoints
import Tensors

/// Brings the features to the decoder's width: a 1×1 and a 3×3 convolution without biases, each normalised per pixel.
package struct Neck: Sendable {
    package let reduce: Linear
    package let firstNorm: LayerNorm
    package let convolution: Convolution
    package let secondNorm: LayerNorm

    /// Reads `<name>.0` to `<name>.3`.
    package init(_ parameters: NamedTensors, _ name: String, inputs: Int, outputs: Int) throws(CheckpointError) {
        let reduction = try parameters.require("\(name).0.weight", shape: [outputs, inputs, 1, 1])
        reduce = Linear(weight: reduction.reshaped([outputs, inputs]), bias: nil)
        firstNorm = try LayerNorm(parameters, "\(name).1", channels: outputs, epsilon: 1e-6)
        convolution = Convolution(
            weight: try parameters.require("\(name).2.weight", shape: [outputs, outputs, 3, 3]),
            bias: nil,
            padding: 1
        )
        secondNorm = try LayerNorm(parameters, "\(name).3", channels: outputs, epsilon: 1e-6)
    }
}
