import Checkpoints
import Tensors

/// The small convolution network that turns a mask prompt into the dense map.
struct MaskDownscaling: Sendable {
    private let first: Convolution
    private let firstNorm: LayerNorm
    private let second: Convolution
    private let secondNorm: LayerNorm
    private let last: Convolution

    /// Takes the tensors `prompt_encoder.mask_downscaling.…`; the numbers of channels follow from them.
    init(_ parameters: NamedTensors, width: Int) throws(CheckpointError) {
        let name = "prompt_encoder.mask_downscaling."
        let middle = try parameters.shape(of: name + "0.weight", axes: 4)[0]
        let channels = try parameters.shape(of: name + "3.weight", axes: 4)[0]
        first = try parameters.convolution(name + "0", shape: [middle, 1, 2, 2], stride: 2)
        firstNorm = try parameters.layerNorm(name + "1", width: middle, epsilon: 1e-6)
        second = try parameters.convolution(name + "3", shape: [channels, middle, 2, 2], stride: 2)
        secondNorm = try parameters.layerNorm(name + "4", width: channels, epsilon: 1e-6)
        last = try parameters.convolution(name + "6", shape: [width, channels, 1, 1])
    }

    /// `[B, 4g, 4g, 1]` to `[B, g, g, C]`.
    func callAsFunction(_ masks: Tensor, recorder: Recorder) -> Tensor {
        var x = first(masks)
        recorder("0", x)
        x = recorder.layer("1", then: .gelu, "2") { firstNorm(x).activated($0) }
        x = second(x)
        recorder("3", x)
        x = recorder.layer("4", then: .gelu, "5") { secondNorm(x).activated($0) }
        x = last(x)
        recorder("6", x)
        recorder("", x)
        return x
    }
}
