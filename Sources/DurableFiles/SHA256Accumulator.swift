import Crypto

/// Computes a ``SHA256Digest`` of bytes that come piece by piece.
public struct SHA256Accumulator {
    private var hasher = SHA256()

    public init() {}

    /// Takes the next bytes.
    public mutating func update(_ bytes: UnsafeRawBufferPointer) {
        hasher.update(bufferPointer: bytes)
    }

    /// The digest of all bytes so far.
    public func digest() -> SHA256Digest {
        SHA256Digest(finishing: hasher)
    }
}
