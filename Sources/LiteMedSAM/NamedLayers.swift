import Checkpoints
import Tensors

extension Linear {
    /// Reads `<name>.weight` `[outputs, inputs]` and `<name>.bias`.
    init(_ parameters: NamedTensors, _ name: String, inputs: Int, outputs: Int) throws(CheckpointError) {
        self.init(
            weight: try parameters.require("\(name).weight", shape: [outputs, inputs]),
            bias: try parameters.require("\(name).bias", shape: [outputs])
        )
    }
}

extension LayerNorm {
    /// Reads `<name>.weight` and `<name>.bias`.
    init(_ parameters: NamedTensors, _ name: String, channels: Int, epsilon: Float) throws(CheckpointError) {
        self.init(
            scale: try parameters.require("\(name).weight", shape: [channels]),
            shift: try parameters.require("\(name).bias", shape: [channels]),
            epsilon: epsilon
        )
    }
}
