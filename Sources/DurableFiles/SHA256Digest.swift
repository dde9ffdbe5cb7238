import Crypto

/// A SHA-256 digest (FIPS 180-4), shown and compared as 64 lower-case hexadecimal digits.
public struct SHA256Digest: Sendable, Hashable, Codable, CustomStringConvertible {
    /// The 64 digits.
    public let hex: String

    /// Accepts exactly 64 hexadecimal digits of either case.
    public init?(hex: String) {
        guard hex.utf8.count == 64, hex.allSatisfy({ $0.isHexDigit && $0.isASCII }) else { return nil }
        self.hex = hex.lowercased()
    }

    /// The digest of bytes in memory.
    public init(of bytes: some Sequence<UInt8>) {
        var hasher = SHA256()
        hasher.update(data: Array(bytes))
        self.init(finishing: hasher)
    }

    /// The digest of memory that is not copied.
    public init(ofMemory bytes: UnsafeRawBufferPointer) {
        var hasher = SHA256()
        hasher.update(bufferPointer: bytes)
        self.init(finishing: hasher)
    }

    /// The digest of a file's contents, read in pieces of 1 MiB.
    public init(ofFile path: RawPath) throws(FileError) {
        var hasher = SHA256()
        try ReadOnlyFile(path).readPieces { hasher.update(bufferPointer: $0) }
        self.init(finishing: hasher)
    }

    init(finishing hasher: SHA256) {
        hex = hexadecimal(hasher.finalize())
    }

    public var description: String { hex }

    public init(from decoder: any Decoder) throws {
        let container = try decoder.singleValueContainer()
        guard let digest = SHA256Digest(hex: try container.decode(String.self)) else {
            throw DecodingError.dataCorruptedError(in: container, debugDescription: "not 64 hexadecimal digits")
        }
        self = digest
    }

    public func encode(to encoder: any Encoder) throws {
        var container = encoder.singleValueContainer()
        try container.encode(hex)
    }
}
