import Glibc

/// A coded character set under its name in glibc's iconv.
struct CharacterEncoding: Sendable, Hashable {
    let iconvName: String

    static let ascii = CharacterEncoding(iconvName: "ASCII")
    static let utf8 = CharacterEncoding(iconvName: "UTF-8")
    /// JIS X 0201, which glibc knows only as a part of other sets.
    static let katakana = CharacterEncoding(iconvName: "JIS X 0201")

    /// The text, or `nil` where bytes do not belong to the set.
    func decode(_ bytes: some Collection<UInt8>) -> String? {
        if bytes.allSatisfy({ $0 < 0x80 }), !iconvName.hasPrefix("ISO-2022") {
            return String(decoding: bytes, as: UTF8.self)
        }
        if self == .katakana { return Self.decodeKatakana(bytes) }
        if self == .utf8 { return String(validating: bytes, as: UTF8.self) }
        // See: 'man 3 iconv'
        guard let converter = iconv_open("UTF-8", iconvName), converter != iconv_t(bitPattern: -1) else { return nil }
        defer { iconv_close(converter) }
        var source = bytes.map { CChar(bitPattern: $0) }
        // No character of these sets takes more than four bytes in UTF-8.
        var target = [CChar](repeating: 0, count: 4 * source.count + 4)
        let written = source.withUnsafeMutableBufferPointer { input in
            target.withUnsafeMutableBufferPointer { output -> Int? in
                var from = input.baseAddress
                var to = output.baseAddress
                var fromLeft = input.count
                var toLeft = output.count
                guard iconv(converter, &from, &fromLeft, &to, &toLeft) != Int(bitPattern: UInt.max), fromLeft == 0
                else { return nil }
                return output.count - toLeft
            }
        }
        return written.flatMap { String(validating: target[..<$0].map { UInt8(bitPattern: $0) }, as: UTF8.self) }
    }

    /// Bytes 0xA1 to 0xDF are the half-width katakana U+FF61 to U+FF9F in the same order.
    private static func decodeKatakana(_ bytes: some Collection<UInt8>) -> String? {
        var text = String.UnicodeScalarView()
        for byte in bytes {
            guard byte < 0x80 || (0xA1...0xDF).contains(byte),
                let scalar = UnicodeScalar(byte < 0x80 ? UInt32(byte) : 0xFF61 + UInt32(byte) - 0xA1)
            else { return nil }
            text.append(scalar)
        }
        return String(text)
    }
}

extension CharacterEncoding {
    /// The encoding that a defined term of Specific Character Set selects for bytes above 0x7F (PS3.3 section
    /// C.12.1.1.2); `nil` for a term that does not exist.
    init?(term: String) {
        guard let name = Self.names[term] else { return nil }
        self.init(iconvName: name)
    }

    private static let names: [String: String] = {
        let singleByte = [
            "100": "ISO-8859-1", "101": "ISO-8859-2", "109": "ISO-8859-3", "110": "ISO-8859-4", "144": "ISO-8859-5",
            "127": "ISO-8859-6", "126": "ISO-8859-7", "138": "ISO-8859-8", "148": "ISO-8859-9", "203": "ISO-8859-15",
            "13": CharacterEncoding.katakana.iconvName, "166": "TIS-620",
        ]
        var names = [
            "": "ASCII", "ISO_IR 6": "ASCII", "ISO 2022 IR 6": "ASCII", "ISO_IR 192": "UTF-8", "GB18030": "GB18030",
            "GBK": "GBK",
            // Double-byte sets, reached by escape sequences; Korean and Chinese lie above 0x7F.
            "ISO 2022 IR 87": "ASCII", "ISO 2022 IR 159": "ASCII", "ISO 2022 IR 149": "EUC-KR",
            "ISO 2022 IR 58": "EUC-CN",
        ]
        for (number, name) in singleByte {
            names["ISO_IR \(number)"] = name
            names["ISO 2022 IR \(number)"] = name
        }
        return names
    }()
}
