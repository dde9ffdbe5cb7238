import Checkpoints
import DurableFiles
import Pipeline
import SegmentAnything
import Tensors

extension LoadedModel {
    /// The same model with a memory for what its encoder makes of slices; `parameters` are its checkpoint's.
    public func remembering(_ parameters: NamedTensors, in folder: RawPath) -> LoadedModel {
        LoadedModel(
            name: name,
            digest: digest,
            precision: precision,
            network: EmbeddingCache(network, encoder: encoderDigest(parameters), folder: folder)
        )
    }

    /// Of the tensors `image_encoder.…` with their names and shapes, the architecture and the arithmetic: models for
    /// which it is the same give the same embedding of a slice.
    public func encoderDigest(_ parameters: NamedTensors) -> SHA256Digest {
        var lines = ["\(network.traits.architecture) \(network.traits.inputSize) \(precision)"]
        for (name, tensor) in parameters.tensors.sorted(by: { $0.key < $1.key })
        where name.hasPrefix("image_encoder.") {
            let digest = tensor.withUnsafeBufferPointer { SHA256Digest(ofMemory: UnsafeRawBufferPointer($0)) }
            lines.append("\(name) \(tensor.shape) \(digest)")
        }
        return SHA256Digest(of: Array(lines.joined(separator: "\n").utf8))
    }
}
