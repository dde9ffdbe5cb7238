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

    /// A convolution of that shape, `[outputs, inputs, k, k]`, from a weight in the layout of checkpoints or packed.
    public func convolution(
        _ name: String,
        shape: [Int],
        stride: Int = 1,
        padding: Int = 0,
        hasBias: Bool = true
    ) throws(CheckpointError) -> Convolution {
        let bias = hasBias ? try require(name + ".bias", shape: [shape[0]]) : nil
        let packedShape = [shape[0], shape[2], shape[3], shape[1]]
        if packedShape != shape, let weight = tensors[name + ".weight"], weight.shape == packedShape {
            return Convolution(packed: weight, bias: bias, stride: stride, padding: padding)
        }
        let weight = try require(name + ".weight", shape: shape)
        return Convolution(weight: weight, bias: bias, stride: stride, padding: padding)
    }

    /// A transposed convolution of that shape, `[inputs, outputs, k, k]`, from a weight in the layout of checkpoints or
    /// packed.
    public func transposedConvolution(
        _ name: String,
        shape: [Int],
        hasBias: Bool = true
    ) throws(CheckpointError) -> TransposedConvolution {
        let bias = hasBias ? try require(name + ".bias", shape: [shape[1]]) : nil
        let packedShape = [4, shape[1], shape[2] / 2, shape[3] / 2, shape[0]]
        if let weight = tensors[name + ".weight"], weight.shape == packedShape {
            return TransposedConvolution(packed: weight, bias: bias)
        }
        return TransposedConvolution(weight: try require(name + ".weight", shape: shape), bias: bias)
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
