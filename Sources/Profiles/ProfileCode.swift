/// A coded concept: what the basic code sequence macro of DICOM PS3.3 section 8.8 holds.
public struct ProfileCode: Sendable, Hashable, CustomStringConvertible {
    /// Code Value (0008,0100), for example `10200004`.
    public let value: String
    /// Coding Scheme Designator (0008,0102), for example `SCT`.
    public let scheme: String
    /// Code Meaning (0008,0104), for example `Liver`.
    public let meaning: String

    /// `nil` unless value and scheme have 1 to 16 and the meaning 1 to 64 printable ASCII characters without a
    /// backslash: the limits of SH and LO in PS3.5 section 6.2, and what every reader can show.
    public init?(value: String, scheme: String, meaning: String) {
        guard Self.isPlain(value, 16), Self.isPlain(scheme, 16), Self.isPlain(meaning, 64) else { return nil }
        self.value = value
        self.scheme = scheme
        self.meaning = meaning
    }

    /// `(10200004, SCT, "Liver")`, the standard's own notation.
    public var description: String {
        "(\(value), \(scheme), \"\(meaning)\")"
    }

    /// Whether two codes stand for the same concept: the meaning is only for people.
    public func isSameConcept(as other: ProfileCode) -> Bool {
        value == other.value && scheme == other.scheme
    }

    /// Printable ASCII without a backslash, not empty, no white space at the ends, not over the limit.
    static func isPlain(_ text: String, _ limit: Int) -> Bool {
        let bytes = text.utf8
        return (1...limit).contains(bytes.count) && bytes.first != 0x20 && bytes.last != 0x20
            && bytes.allSatisfy { (0x20..<0x7F).contains($0) && $0 != UInt8(ascii: "\\") }
    }
}
