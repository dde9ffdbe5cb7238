import Checkpoints
import Tensors

/// Layers from the parameters `name.weight` and `name.bias`; the shapes given are those that the network needs.
extension NamedTensors {
    /// A linear map from `[outputs, inputs]`.
    public func linear(
        _ name: String,
        inputs: Int,
        outputs: Int,
        hasBias: Bool = true
    ) throws(CheckpointError) -> Linear {
        Linear(
            weight: try require(name + ".weight", shape: [outputs, inputs]),
            bias: hasBias ? try require(name + ".bias", shape: [outputs]) : nil
        )
    }

    /// A normalisation along the last axis.
    public func layerNorm(_ name: String, width: Int, epsilon: Float) throws(CheckpointError) -> LayerNorm {
        LayerNorm(
            scale: try require(name + ".weight", shape: [width]),
            shift: try require(name + ".bias", shape: [width]),
            epsilon: epsilon
        )
    }

    /// A convolution from a weight `[outputs, inputs, k, k]`.
    public func convolution(
        _ name: String,
        shape: [Int],
        stride: Int = 1,
        padding: Int = 0,
        hasBias: Bool = true
    ) throws(CheckpointError) -> Convolution {
        Convolution(
            weight: try require(name + ".weight", shape: shape),
            bias: hasBias ? try require(name + ".bias", shape: [shape[0]]) : nil,
            stride: stride,
            padding: padding
        )
    }

    /// A transposed convolution from a weight `[inputs, outputs, k, k]`.
    public func transposedConvolution(
        _ name: String,
        shape: [Int],
        hasBias: Bool = true
    ) throws(CheckpointError) -> TransposedConvolution {
        TransposedConvolution(
            weight: try require(name + ".weight", shape: shape),
            bias: hasBias ? try require(name + ".bias", shape: [shape[1]]) : nil
        )
    }

    /// The shape of a tensor that tells the size of a network.
    public func shape(of name: String, axes: Int) throws(CheckpointError) -> [Int] {
        guard let tensor = tensors[name] else { throw .missingTensor(name) }
        guard tensor.shape.count == axes, tensor.shape.allSatisfy({ $0 > 0 }) else {
            throw .unsupported("tensor \(name) has shape \(tensor.shape), \(axes) axes were expected")
        }
        return tensor.shape
    }

    /// How many blocks there are whose tensors begin with `prefix`, a number from 0 on, and a dot.
    public func blockCount(_ prefix: String) -> Int {
        let numbers = tensors.keys.compactMap { name -> Int? in
            guard name.hasPrefix(prefix) else { return nil }
            return Int(name.dropFirst(prefix.count).prefix { $0 != "." })
        }
        return (numbers.max() ?? -1) + 1
    }
}
