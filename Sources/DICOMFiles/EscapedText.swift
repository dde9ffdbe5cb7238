/// Decodes text with code extensions: escape sequences switch character sets (PS3.5 section 6.1.2.5, ISO/IEC 2022).
///
/// DCMTK as Debian builds it cannot convert the usual Japanese set, ISO 2022 IR 87.
struct EscapedText {
    /// What an escape sequence selects.
    private enum Selection {
        /// For bytes below 0x80: one byte each.
        case lowSingle
        /// For bytes below 0x80: two bytes each, decoded by ISO-2022-JP-2 behind this sequence.
        case lowDouble([UInt8])
        /// For bytes above 0x7F.
        case high(CharacterEncoding)
    }

    private static let escape: UInt8 = 0x1B
    private static let selections: [(sequence: [UInt8], selection: Selection)] = [
        (Array("(B".utf8), .lowSingle), (Array("(J".utf8), .lowSingle),
        (Array("$B".utf8), .lowDouble(Array("\u{1B}$B".utf8))), (Array("$@".utf8), .lowDouble(Array("\u{1B}$@".utf8))),
        (Array("$(D".utf8), .lowDouble(Array("\u{1B}$(D".utf8))),
        (Array(")I".utf8), .high(.katakana)),
        (Array("$)C".utf8), .high(CharacterEncoding(iconvName: "EUC-KR"))),
        (Array("$)A".utf8), .high(CharacterEncoding(iconvName: "EUC-CN"))),
        (Array("-A".utf8), .high(CharacterEncoding(iconvName: "ISO-8859-1"))),
        (Array("-B".utf8), .high(CharacterEncoding(iconvName: "ISO-8859-2"))),
        (Array("-C".utf8), .high(CharacterEncoding(iconvName: "ISO-8859-3"))),
        (Array("-D".utf8), .high(CharacterEncoding(iconvName: "ISO-8859-4"))),
        (Array("-L".utf8), .high(CharacterEncoding(iconvName: "ISO-8859-5"))),
        (Array("-G".utf8), .high(CharacterEncoding(iconvName: "ISO-8859-6"))),
        (Array("-F".utf8), .high(CharacterEncoding(iconvName: "ISO-8859-7"))),
        (Array("-H".utf8), .high(CharacterEncoding(iconvName: "ISO-8859-8"))),
        (Array("-M".utf8), .high(CharacterEncoding(iconvName: "ISO-8859-9"))),
        (Array("-b".utf8), .high(CharacterEncoding(iconvName: "ISO-8859-15"))),
        (Array("-T".utf8), .high(CharacterEncoding(iconvName: "TIS-620"))),
    ]

    private let initial: CharacterEncoding
    private var high: CharacterEncoding
    private var lowPrefix: [UInt8]?
    private var run: [UInt8] = []
    private var text = ""
    private var isValid = true

    private init(initial: CharacterEncoding) {
        self.initial = initial
        high = initial
    }

    /// The values between backslashes; `nil` where a byte belongs to no character.
    static func decode(_ bytes: [UInt8], initial: CharacterEncoding) -> [String]? {
        var decoder = EscapedText(initial: initial)
        var values: [String] = []
        var index = 0
        while index < bytes.count {
            let byte = bytes[index]
            if byte == escape {
                index += decoder.select(bytes[(index + 1)...])
            } else if byte == UInt8(ascii: "\\"), decoder.lowPrefix == nil {
                values.append(decoder.finishValue())
            } else {
                decoder.append(byte)
            }
            index += 1
        }
        values.append(decoder.finishValue())
        return decoder.isValid ? values : nil
    }

    /// Follows the sequence behind an escape; returns its length, 0 for an unknown one.
    private mutating func select(_ rest: ArraySlice<UInt8>) -> Int {
        flush()
        guard let found = Self.selections.first(where: { rest.starts(with: $0.sequence) }) else {
            isValid = false
            return 0
        }
        switch found.selection {
        case .lowSingle: lowPrefix = nil
        case .lowDouble(let prefix): lowPrefix = prefix
        case .high(let encoding): high = encoding
        }
        return found.sequence.count
    }

    private mutating func append(_ byte: UInt8) {
        // Delimiters of names and lines switch back (PS3.5 section 6.1.2.5.3), but may also be half of a character.
        let isControl = byte == 0x0A || byte == 0x0D || byte == 0x0C || byte == 0x09
        let isDelimiter = lowPrefix == nil && (byte == UInt8(ascii: "^") || byte == UInt8(ascii: "="))
        run.append(byte)
        if isControl || isDelimiter {
            flush()
            high = initial
            lowPrefix = nil
        }
    }

    private mutating func finishValue() -> String {
        flush()
        defer {
            text = ""
            high = initial
            lowPrefix = nil
        }
        return text
    }

    private mutating func flush() {
        defer { run = [] }
        guard !run.isEmpty else { return }
        let decoded: String?
        if let lowPrefix {
            let wrapped = lowPrefix + run + Array("\u{1B}(B".utf8)
            decoded = CharacterEncoding(iconvName: "ISO-2022-JP-2").decode(wrapped)
        } else {
            decoded = high.decode(run)
        }
        if decoded == nil { isValid = false }
        text += decoded ?? String(repeating: "\u{FFFD}", count: run.count)
    }
}
