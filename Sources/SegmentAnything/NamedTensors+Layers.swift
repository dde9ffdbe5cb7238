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
        .prepared(name, by: preparation)
    }

    /// A normalisation along the last axis.
    public func layerNorm(_ name: String, width: Int, epsilon: Float) throws(CheckpointError) -> LayerNorm {
        LayerNorm(
            scale: try require(name + ".weight", shape: [width]),
            shift: try require(name + ".bias", shape: [width]),
            epsilon: epsilon
        )
    }

    /// A convolution whose weight has that shape in a checkpoint, `[outputs, inputs, k, k]`; it may be packed.
    public func convolution(
        _ name: String,
        shape: [Int],
        stride: Int = 1,
        padding: Int = 0,
        hasBias: Bool = true
    ) throws(CheckpointError) -> Convolution {
        let bias = hasBias ? try require(name + ".bias", shape: [shape[0]]) : nil
        guard packed.contains(name + ".weight") else {
            let weight = try require(name + ".weight", shape: shape)
            return Convolution(weight: weight, bias: bias, stride: stride, padding: padding)
                .prepared(name, by: preparation)
        }
        let weight = try require(name + ".weight", shape: [shape[0], shape[2], shape[3], shape[1]])
        return Convolution(packed: weight, bias: bias, stride: stride, padding: padding)
            .prepared(name, by: preparation)
    }

    /// A transposed convolution whose weight has that shape in a checkpoint, `[inputs, outputs, k, k]`; it may be packed.
    public func transposedConvolution(
        _ name: String,
        shape: [Int],
        hasBias: Bool = true
    ) throws(CheckpointError) -> TransposedConvolution {
        let bias = hasBias ? try require(name + ".bias", shape: [shape[1]]) : nil
        guard packed.contains(name + ".weight") else {
            return TransposedConvolution(weight: try require(name + ".weight", shape: shape), bias: bias)
                .prepared(name, by: preparation)
        }
        let phases = [4, shape[1], shape[2] / 2, shape[3] / 2, shape[0]]
        return TransposedConvolution(packed: try require(name + ".weight", shape: phases), bias: bias)
            .prepared(name, by: preparation)
    }

    /// The shape, as in a checkpoint, of a tensor that tells the size of a network.
    public func shape(of name: String, axes: Int) throws(CheckpointError) -> [Int] {
        guard let shape = checkpointShape(of: name) else { throw .missingTensor(name) }
        guard shape.count == axes, shape.allSatisfy({ $0 > 0 }) else {
            throw .unsupported("tensor \(name) has shape \(shape), \(axes) axes were expected")
        }
        return shape
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
