/// A path as the bytes that the kernel knows.
///
/// Hospital names are not always UTF-8, and Foundation cannot open the ones that are not. No NUL byte occurs inside.
public struct RawPath: Sendable, Hashable, Comparable {
    /// The bytes without a terminating NUL.
    public let bytes: [UInt8]

    /// Wraps the bytes of a path; they end at the first NUL.
    public init(bytes: some Sequence<UInt8>) {
        self.bytes = Array(bytes.prefix { $0 != 0 })
    }

    public init(_ string: String) {
        self.init(bytes: Array(string.utf8))
    }

    /// The path with a component appended.
    public func appending(_ component: RawPath) -> RawPath {
        var joined = bytes
        if joined.last != UInt8(ascii: "/"), !joined.isEmpty { joined.append(UInt8(ascii: "/")) }
        return RawPath(bytes: joined + component.bytes)
    }

    public func appending(_ component: String) -> RawPath {
        appending(RawPath(component))
    }

    /// The bytes after the last `/`.
    public var lastComponent: RawPath {
        RawPath(bytes: Array(bytes.split(separator: UInt8(ascii: "/")).last ?? []))
    }

    /// Everything before the last component; `.` for a bare name and `/` for a name in the root.
    public var parent: RawPath {
        let slash = UInt8(ascii: "/")
        let trimmed = Self.droppingLast(bytes[...]) { $0 == slash }
        let folder = Self.droppingLast(Self.droppingLast(trimmed) { $0 != slash }) { $0 == slash }
        if !folder.isEmpty { return RawPath(bytes: folder) }
        return RawPath(bytes.first == slash ? "/" : ".")
    }

    private static func droppingLast(_ bytes: ArraySlice<UInt8>, while drop: (UInt8) -> Bool) -> ArraySlice<UInt8> {
        bytes[..<((bytes.lastIndex { !drop($0) } ?? bytes.startIndex - 1) + 1)]
    }

    /// Whether the last component ends with these ASCII letters, whatever their case.
    public func hasSuffix(_ suffix: String) -> Bool {
        guard bytes.count >= suffix.utf8.count else { return false }
        return zip(bytes.suffix(suffix.utf8.count), suffix.utf8).allSatisfy { Self.lowercased($0) == Self.lowercased($1) }
    }

    private static func lowercased(_ byte: UInt8) -> UInt8 {
        (UInt8(ascii: "A")...UInt8(ascii: "Z")).contains(byte) ? byte | 0x20 : byte
    }

    /// The path for people: bytes that are not UTF-8, and control characters, are shown as `\xNN`.
    public var displayName: String {
        if let text = String(validating: bytes, as: UTF8.self), !text.unicodeScalars.contains(where: Self.isControl) {
            return text
        }
        return bytes.map { byte in
            (0x20..<0x7F).contains(byte) ? String(UnicodeScalar(byte)) : "\\x" + hexadecimal([byte])
        }.joined()
    }

    private static func isControl(_ scalar: Unicode.Scalar) -> Bool {
        scalar.value < 0x20 || (0x7F..<0xA0).contains(scalar.value)
    }

    /// Calls the body with the NUL-terminated bytes.
    public func withCString<Result>(_ body: (UnsafePointer<CChar>) throws -> Result) rethrows -> Result {
        try (bytes.map { CChar(bitPattern: $0) } + [0]).withUnsafeBufferPointer { buffer in
            guard let base = buffer.baseAddress else { preconditionFailure("an array with an element has an address") }
            return try body(base)
        }
    }

    public static func < (left: RawPath, right: RawPath) -> Bool {
        left.bytes.lexicographicallyPrecedes(right.bytes)
    }
}

/// Two lower-case hexadecimal digits for each byte.
public func hexadecimal(_ bytes: some Sequence<UInt8>) -> String {
    let digits = Array("0123456789abcdef")
    return String(bytes.flatMap { [digits[Int($0 >> 4)], digits[Int($0 & 15)]] })
}
