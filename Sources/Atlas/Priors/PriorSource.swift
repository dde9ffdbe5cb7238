/// Where a segment's prior comes from.
public enum PriorSource: String, Sendable, Hashable, Codable {
    /// The atlas's label, moved by registration.
    case registration
    /// The same, sharpened by the intensities of the target itself.
    case intensity
}
