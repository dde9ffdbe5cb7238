import DurableFiles

/// A profile's file as it was read and held against the schema, not yet put together with what it extends.
public struct ProfileDocument: Sendable, Hashable {
    let root: XMLElement
    /// The file as it was named to Preread.
    public let file: String
    let digest: SHA256Digest

    /// The profile's id; empty only where a schema that somebody loosened allows it.
    public var id: String { root.attributes["id"]?.trimmingWhiteSpace() ?? "" }

    /// The id of the profile that it extends.
    public var parentID: String? { root.attributes["extends"]?.trimmingWhiteSpace() }
}
