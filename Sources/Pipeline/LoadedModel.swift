import DurableFiles
import SegmentAnything

/// A network that is ready to run, and what a receipt says of it.
public struct LoadedModel: Sendable {
    /// The name of its package.
    public let name: String
    /// SHA-256 of its weights.
    public let digest: SHA256Digest
    /// The arithmetic of the encoder, for example `fp32`.
    public let precision: String
    /// The network itself.
    public let network: any SegmentationModel

    /// A model from its parts.
    public init(name: String, digest: SHA256Digest, precision: String, network: any SegmentationModel) {
        self.name = name
        self.digest = digest
        self.precision = precision
        self.network = network
    }
}
