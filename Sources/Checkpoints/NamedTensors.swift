import Tensors

/// The parameters of a network by the names that its checkpoint gives them.
public struct NamedTensors: Sendable {
    /// The tensors; integer bookkeeping such as `num_batches_tracked` is not among them.
    public var tensors: [String: Tensor]
    /// The names of convolutions' weights that are held in the layout that is computed with, not in the checkpoint's
    /// (``Convolution/packed(_:)``, ``TransposedConvolution/packed(_:)``): layers take them as they are.
    public var packed: Set<String>
    /// Who prepares the layers that are made of these parameters for inference; nil where they are to be trained.
    package var preparation: (any LayerPreparation)?

    /// Wraps tensors by name.
    public init(_ tensors: [String: Tensor], packed: Set<String> = []) {
        self.tensors = tensors
        self.packed = packed
    }

    /// The tensor of that name, which must have that shape.
    ///
    /// - Throws: ``CheckpointError`` naming the tensor and what was found instead.
    public func require(_ name: String, shape: [Int]) throws(CheckpointError) -> Tensor {
        guard let tensor = tensors[name] else { throw .missingTensor(name) }
        guard tensor.shape == shape else { throw .wrongShape(name: name, expected: shape, found: tensor.shape) }
        return tensor
    }

    /// Whether there is a tensor of that name.
    public func contains(_ name: String) -> Bool { tensors[name] != nil }
}
