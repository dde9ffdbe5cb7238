/// When a registration is good enough for boxes, and what of the body it looks at.
public struct RegistrationRule: Sendable, Hashable {
    /// What of the body the series shows: it decides how the body is found and how far it may be turned.
    public enum Region: String, Sendable, Hashable, CaseIterable {
        /// Chest, abdomen or pelvis: arms and table are left out, the body is not turned.
        case trunk
        /// The head, which can be turned by some degrees about each axis.
        case head
    }

    /// What the series shows.
    public let region: Region
    /// Below this score the level of the body is not found. From 0 to 1; it separates only scans of the same modality.
    public let minimumLevelScore: Double
    /// mm that series and atlas have to share; `nil` for what the registration asks by itself.
    public let minimumOverlap: Double?
    /// The body's width and depth over the atlas's: a smaller ratio is refused.
    public let minimumSizeRatio: Double
    /// The body's width and depth over the atlas's: a larger ratio is refused.
    public let maximumSizeRatio: Double

    /// What holds where a profile says nothing.
    public static let standard = RegistrationRule(
        region: .trunk,
        minimumLevelScore: 0.30,
        minimumOverlap: nil,
        minimumSizeRatio: 0.7,
        maximumSizeRatio: 1.4
    )
}
