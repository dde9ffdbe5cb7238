import DurableFiles

/// Paths are coded as their bytes: not every one is text.
extension RawPath: Codable {
    /// Decodes an array of bytes.
    public init(from decoder: any Decoder) throws {
        self.init(bytes: try decoder.singleValueContainer().decode([UInt8].self))
    }

    /// Encodes an array of bytes.
    public func encode(to encoder: any Encoder) throws {
        var container = encoder.singleValueContainer()
        try container.encode(bytes)
    }
}
