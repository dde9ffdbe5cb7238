import Tensors

/// Convolutions' weights in the layout that is computed with: trained ones are held so, or every step would lay them out
/// anew. Four axes are those of a convolution, five those of a transposed one.
extension NamedTensors {
    /// The same parameters with these weights packed; those that are packed already stay as they are.
    ///
    /// - Throws: ``CheckpointError`` when a weight is missing or is not one of a convolution.
    public func packing(
        convolutions: some Sequence<String>,
        transposedConvolutions: some Sequence<String>
    ) throws(CheckpointError) -> NamedTensors {
        var result = self
        for name in convolutions where !packed.contains(name) {
            result.tensors[name] = Convolution.packed(try squareKernel(name, edges: 1...64))
            result.packed.insert(name)
        }
        for name in transposedConvolutions where !packed.contains(name) {
            let weight = try squareKernel(name, edges: 2...4)
            guard weight.shape[2] != 3 else { throw .unsupported("a transposed convolution of shape \(weight.shape)") }
            result.tensors[name] = TransposedConvolution.packed(weight)
            result.packed.insert(name)
        }
        return result
    }

    /// The same parameters in the layout of checkpoints.
    ///
    /// Also gradients and moments of packed weights come back so: `NamedTensors(gradients, packed: names).unpacked()`.
    public func unpacked() -> NamedTensors {
        var result = self
        for name in packed {
            guard let tensor = tensors[name] else { continue }
            result.tensors[name] =
                tensor.shape.count == 5
                ? TransposedConvolution.weight(packed: tensor) : Convolution.weight(packed: tensor)
        }
        result.packed = []
        return result
    }

    /// The shape that a tensor has in a checkpoint, packed or not; nil when there is none of that name.
    public func checkpointShape(of name: String) -> [Int]? {
        guard let shape = tensors[name]?.shape, packed.contains(name) else { return tensors[name]?.shape }
        return shape.count == 5
            ? [shape[4], shape[1], 2 * shape[2], 2 * shape[3]] : [shape[0], shape[3], shape[1], shape[2]]
    }

    private func squareKernel(_ name: String, edges: ClosedRange<Int>) throws(CheckpointError) -> Tensor {
        guard let weight = tensors[name] else { throw .missingTensor(name) }
        let shape = weight.shape
        guard shape.count == 4, shape[2] == shape[3], edges.contains(shape[2]) else {
            throw .unsupported("tensor \(name) has shape \(shape), a convolution's weight was expected")
        }
        return weight
    }
}
