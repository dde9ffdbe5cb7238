import Checkpoints
import Inference
import Tensors

/// Enlarges the image side of the decoder four times before the masks are drawn.
struct MaskUpscaling: Sendable {
    private let first: TransposedConvolution
    private let norm: LayerNorm
    private let second: TransposedConvolution

    /// The number of channels of the result.
    var outputs: Int { second.outputs }

    /// Takes the tensors `mask_decoder.output_upscaling.…`: C to C/4 to C/8 channels.
    init(_ parameters: NamedTensors, width: Int) throws(CheckpointError) {
        let name = "mask_decoder.output_upscaling."
        first = try parameters.transposedConvolution(name + "0", shape: [width, width / 4, 2, 2])
        norm = try parameters.layerNorm(name + "1", width: width / 4, epsilon: 1e-6)
        second = try parameters.transposedConvolution(name + "3", shape: [width / 4, width / 8, 2, 2])
    }

    /// Draws masks from their channels `[B, masks, C/8]` on an image `[B, g, g, C]` without keeping the enlarged image:
    /// `[B, masks, 4g, 4g]`. nil where a gradient is wanted or weights are not prepared.
    func drawn(_ channels: Tensor, on image: Tensor) -> Tensor? {
        guard !image.isTracked, !channels.isTracked else { return nil }
        return MaskDrawing(first, norm, second)?(image, channels: channels)
    }

    /// `[B, g, g, C]` to `[B, 4g, 4g, C/8]`.
    func callAsFunction(_ image: Tensor, recorder: Recorder) -> Tensor {
        var x = first(image)
        recorder("0", x)
        x = recorder.layer("1", then: .gelu, "2") { norm(x).activated($0) }
        x = recorder.layer("3", then: .gelu, "4") { second(x, activation: $0) }
        recorder("", x)
        return x
    }
}
