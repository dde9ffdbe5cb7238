/// Reads the pieces of a JSON text (RFC 8259) strictly, in order and without recursion.
///
/// Foundation's parser keeps one of two equal keys without a word, so that two readers of one file can see different
/// tensors; here the caller sees every key.
struct JSONCursor {
    private let bytes: UnsafeRawBufferPointer
    private var position = 0

    /// The text must stay valid as long as the cursor is used.
    init(_ bytes: UnsafeRawBufferPointer) {
        self.bytes = bytes
    }

    /// Consumes white space and then this character, which must be there.
    mutating func expect(_ character: Unicode.Scalar) throws(CheckpointError) {
        guard skip(character) else { throw error("'\(character)' is expected") }
    }

    /// Consumes white space and then this character, if it is there.
    mutating func skip(_ character: Unicode.Scalar) -> Bool {
        skipWhiteSpace()
        guard position < bytes.count, UInt32(bytes[position]) == character.value else { return false }
        position += 1
        return true
    }

    /// Consumes white space up to the end of the text; nothing else may be left.
    mutating func expectEnd() throws(CheckpointError) {
        skipWhiteSpace()
        guard position == bytes.count else { throw error("there is text after the end") }
    }

    /// A number without sign, fraction, exponent or leading zeros.
    mutating func natural() throws(CheckpointError) -> Int {
        skipWhiteSpace()
        let start = position
        var value = 0
        while position < bytes.count, case 0x30...0x39 = bytes[position] {
            let (tenfold, overflowed) = value.multipliedReportingOverflow(by: 10)
            let (sum, exceeded) = tenfold.addingReportingOverflow(Int(bytes[position] & 15))
            guard !overflowed, !exceeded else { throw error("a number is too large") }
            value = sum
            position += 1
        }
        guard position > start else { throw error("a number without sign is expected") }
        guard position - start == 1 || bytes[start] != 0x30 else { throw error("a number has a leading zero") }
        return value
    }

    /// A string, unescaped. Its bytes must be UTF-8.
    mutating func string() throws(CheckpointError) -> String {
        try expect("\"")
        var text: [UInt8] = []
        while position < bytes.count {
            let byte = bytes[position]
            position += 1
            switch byte {
            case UInt8(ascii: "\""):
                guard let string = String(validating: text, as: UTF8.self) else { throw error("it is not UTF-8") }
                return string
            case UInt8(ascii: "\\"): text.append(contentsOf: UTF8.encode(try escape()).map(Array.init) ?? [])
            case 0..<0x20: throw error("a string holds a control character")
            default: text.append(byte)
            }
        }
        throw error("a string does not end")
    }

    private mutating func escape() throws(CheckpointError) -> Unicode.Scalar {
        guard position < bytes.count else { throw error("a string does not end") }
        let byte = bytes[position]
        position += 1
        switch byte {
        case UInt8(ascii: "\""), UInt8(ascii: "\\"), UInt8(ascii: "/"): return Unicode.Scalar(byte)
        case UInt8(ascii: "b"): return "\u{08}"
        case UInt8(ascii: "f"): return "\u{0C}"
        case UInt8(ascii: "n"): return "\n"
        case UInt8(ascii: "r"): return "\r"
        case UInt8(ascii: "t"): return "\t"
        case UInt8(ascii: "u"): return try escapedScalar()
        default: throw error("a string holds an unknown escape")
        }
    }

    /// The scalar of `\uXXXX`, or of two of them that form a surrogate pair.
    private mutating func escapedScalar() throws(CheckpointError) -> Unicode.Scalar {
        var code = try hexadecimalQuad()
        if 0xD800..<0xDC00 ~= code {
            guard position + 2 <= bytes.count, bytes[position] == UInt8(ascii: "\\"),
                bytes[position + 1] == UInt8(ascii: "u")
            else { throw error("half of a surrogate pair is missing") }
            position += 2
            let low = try hexadecimalQuad()
            guard 0xDC00..<0xE000 ~= low else { throw error("half of a surrogate pair is missing") }
            code = 0x10000 + (code - 0xD800) << 10 + (low - 0xDC00)
        }
        guard let scalar = Unicode.Scalar(code) else { throw error("half of a surrogate pair is missing") }
        return scalar
    }

    private mutating func hexadecimalQuad() throws(CheckpointError) -> UInt32 {
        guard position + 4 <= bytes.count else { throw error("a string does not end") }
        var code: UInt32 = 0
        for byte in bytes[position..<position + 4] {
            guard let digit = Character(Unicode.Scalar(byte)).hexDigitValue else {
                throw error("four hexadecimal digits are expected")
            }
            code = code << 4 | UInt32(digit)
        }
        position += 4
        return code
    }

    private mutating func skipWhiteSpace() {
        while position < bytes.count, [0x20, 0x09, 0x0A, 0x0D].contains(bytes[position]) { position += 1 }
    }

    private func error(_ reason: String) -> CheckpointError {
        .malformed("JSON at byte \(position): \(reason)")
    }
}
