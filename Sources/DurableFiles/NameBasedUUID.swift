import Crypto

/// A version-5 UUID: the same name space and name give the same 128 bits (RFC 9562 section 5.5).
public struct NameBasedUUID: Sendable, Hashable {
    /// The 16 bytes, most significant first.
    public let bytes: [UInt8]

    /// Derives the UUID from a name space (16 bytes) and a name.
    public init(namespace: [UInt8], name: String) {
        precondition(namespace.count == 16, "a name space is a UUID: 16 bytes")
        var hash = Array(Insecure.SHA1.hash(data: namespace + Array(name.utf8)).prefix(16))
        hash[6] = hash[6] & 0x0F | 0x50
        hash[8] = hash[8] & 0x3F | 0x80
        bytes = hash
    }

    /// The UUID as a decimal integer without leading zeros, as PS3.5 section B.2 wants it behind `2.25.`.
    public var decimal: String {
        var digits: [UInt8] = [0]
        for byte in bytes {
            var carry = Int(byte)
            for index in digits.indices {
                carry += Int(digits[index]) << 8
                digits[index] = UInt8(carry % 10)
                carry /= 10
            }
            while carry > 0 {
                digits.append(UInt8(carry % 10))
                carry /= 10
            }
        }
        return String(digits.reversed().map { Character(UnicodeScalar($0 + 48)) })
    }

    /// A DICOM UID of the form `2.25.` + ``decimal``, at most 44 characters.
    public var dicomUID: String { "2.25." + decimal }
}
