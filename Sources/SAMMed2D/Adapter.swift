import Checkpoints
import SegmentAnything
import Tensors

/// SAM-Med2D's adapter: a gate over channels, a spatial bottleneck, a skip of the ungated input, and a norm.
struct Adapter: Sendable {
    private let squeeze: Linear
    private let excite: Linear
    private let down: Convolution
    private let up: TransposedConvolution
    private let norm: LayerNorm

    /// Takes the tensors `name.channel…`, `name.spatial…` and `name.norm…`.
    init(_ parameters: NamedTensors, _ name: String, width: Int) throws(CheckpointError) {
        let hidden = try parameters.shape(of: name + ".channel.0.weight", axes: 2)[0]
        squeeze = try parameters.linear(name + ".channel.0", inputs: width, outputs: hidden, hasBias: false)
        excite = try parameters.linear(name + ".channel.2", inputs: hidden, outputs: width, hasBias: false)
        down = try parameters.convolution(
            name + ".spatial.0",
            shape: [width, width, 3, 3],
            stride: 2,
            padding: 1,
            hasBias: false
        )
        up = try parameters.transposedConvolution(name + ".spatial.2", shape: [width, width, 4, 4], hasBias: false)
        norm = try parameters.layerNorm(name + ".norm", width: width, epsilon: 1e-5)
    }

    /// `[B, g, g, C]`, the block's second norm, to the same shape; the result is added to the residual stream.
    func callAsFunction(_ x: Tensor, recorder: Recorder) -> Tensor {
        let means = x.reshaped([x.shape[0], x.shape[1] * x.shape[2], x.shape[3]]).meanOverRows()
        recorder("avg_pool", means)
        let hidden = recorder.layer("channel.0", then: .relu, "channel.1") { squeeze(means, activation: $0) }
        let gate = recorder.layer("channel.2", then: .sigmoid, "channel.3") { excite(hidden, activation: $0) }
        recorder("channel", gate)
        let small = recorder.layer("spatial.0", then: .relu, "spatial.1") {
            down(x.multipliedRows(by: gate), activation: $0)
        }
        var y = recorder.layer("spatial.2", then: .relu, "spatial.3") { up(small, activation: $0) }
        recorder("spatial", y)
        y.add(x)
        y = norm(y)
        recorder("norm", y)
        recorder("", y)
        return y
    }
}
