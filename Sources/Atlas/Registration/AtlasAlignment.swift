import Geometry

/// An atlas laid over a target: what registration found, and how sure it is.
public struct AtlasAlignment: Sendable {
    /// How far registration went.
    public enum Stage: String, Sendable, Hashable, Codable {
        /// Level, scale and offset from profiles.
        case profile
        /// Twelve degrees of freedom.
        case affine
        /// A smooth displacement field.
        case deformable
    }

    /// The series that was registered.
    public let target: AtlasTarget
    /// The atlas that was laid over it.
    public let atlas: Atlas
    /// Target patient → atlas patient.
    public let map: SpatialMap
    /// How far registration went.
    public let stage: Stage
    /// Correlation of the chosen level less its penalties: −1 to 1.
    public let score: Double
    /// How alike series and atlas are where they were laid over one another: −1 to 1.
    public let similarity: Double
    /// The part of the atlas that the target covers, in atlas z (LPS, mm).
    public let atlasRange: ClosedRange<Double>
    /// Target over atlas.
    public let widthRatio: Double
    /// Depth of the target's trunk over the atlas's.
    public let depthRatio: Double
    /// Body of the target on the grid of `target.volume`.
    let targetBody: BodyMask
}
