import Checkpoints
import Tensors

extension NamedTensors {
    /// How the names of transposed convolutions' weights end: the mask decoder's upscaling, and SAM-Med2D's adapters.
    private static let transposed = [
        "output_upscaling.0.weight", "output_upscaling.3.weight", "Adapter.spatial.2.weight",
    ]

    /// The same parameters with the convolutions' weights among `names` packed, so that a network can be made of them at
    /// every step of training at no cost; other names are left alone.
    ///
    /// Names are those of SAM-Med2D's and LiteMedSAM's checkpoints. Convolutions with a batch normalisation, which are
    /// folded when a network is made, are not packed.
    ///
    /// - Throws: ``CheckpointError`` when a weight has a shape that no convolution has.
    public func packingConvolutions(among names: some Sequence<String>) throws(CheckpointError) -> NamedTensors {
        let weights = names.filter { name in
            name.hasSuffix(".weight") && !name.hasSuffix(".c.weight") && checkpointShape(of: name)?.count == 4
        }
        let isTransposed = { (name: String) in Self.transposed.contains { name.hasSuffix($0) } }
        return try packing(
            convolutions: weights.filter { !isTransposed($0) },
            transposedConvolutions: weights.filter(isTransposed)
        )
    }
}
