import Checkpoints
import Tensors

/// Turns pixels into features, each pixel on its own: two 1×1 convolutions with a GELU between them.
///
/// Upstream's strides of 2 are gone in this network: the grid is the input's own.
package struct PatchEmbedding: Sendable {
    package let first: Linear
    package let second: Linear

    /// Reads `<name>.seq.0` and `.seq.2`.
    package init(_ parameters: NamedTensors, _ name: String, channels: Int) throws(CheckpointError) {
        first = try FoldedConvolution.pointwise(parameters, "\(name).seq.0", inputs: 3, outputs: channels / 2)
        second = try FoldedConvolution.pointwise(
            parameters,
            "\(name).seq.2",
            inputs: channels / 2,
            outputs: channels
        )
    }

    /// `[…, 3]` to `[…, channels]`.
    package func callAsFunction(_ pixels: Tensor) -> Tensor {
        second(first(pixels, activation: .gelu))
    }
}
