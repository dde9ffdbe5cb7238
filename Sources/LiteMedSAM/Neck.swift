import Checkpoints
import SegmentAnything
import Tensors

/// Brings the features to the decoder's width: a 1×1 and a 3×3 convolution without biases, each normalised per pixel.
package struct Neck: Sendable {
    package let reduce: Linear
    package let firstNorm: LayerNorm
    package let convolution: Convolution
    package let secondNorm: LayerNorm

    /// Reads `<name>.0` to `<name>.3`.
    package init(_ parameters: NamedTensors, _ name: String, inputs: Int, outputs: Int) throws(CheckpointError) {
        var plain = parameters
        plain.preparation = nil
        let pointwise = try plain.convolution("\(name).0", shape: [outputs, inputs, 1, 1], hasBias: false)
        reduce = Linear(weight: pointwise.packed.reshaped([outputs, inputs]), bias: nil)
            .prepared("\(name).0", by: parameters.preparation)
        firstNorm = try parameters.layerNorm("\(name).1", width: outputs, epsilon: 1e-6)
        convolution = try parameters.convolution(
            "\(name).2",
            shape: [outputs, outputs, 3, 3],
            padding: 1,
            hasBias: false
        )
        secondNorm = try parameters.layerNorm("\(name).3", width: outputs, epsilon: 1e-6)
    }

    /// `[n, n, inputs]` to `[n, n, outputs]`.
    package func callAsFunction(_ x: Tensor, recorder: Recorder) -> Tensor {
        let reduced = reduce(x)
        recorder("neck0", reduced)
        let normalised = firstNorm(reduced)
        recorder("neck1", normalised)
        return secondNorm(convolution(normalised.reshaped([1] + normalised.shape))).reshaped(normalised.shape)
    }
}
