/// Decodes the text of a data set by its Specific Character Set (PS3.3 section C.12.1.1.2), for display and for rules.
///
/// What identifies a patient is copied and compared as bytes, never as decoded text.
public struct DICOMText: Sendable {
    private let terms: [String]
    private let encoding: CharacterEncoding?

    /// Takes the terms of a data set; items of sequences use those of the top level unless they have their own.
    public init(of dataset: DICOMDataset) {
        self.init(specificCharacterSet: dataset.strings(.specificCharacterSet))
    }

    /// Takes the values of Specific Character Set; empty for the default repertoire.
    public init(specificCharacterSet terms: [String]) {
        self.terms = terms.isEmpty ? [""] : terms
        encoding = self.terms.first.flatMap(CharacterEncoding.init(term:))
    }

    /// The values of a text element, without padding. What cannot be decoded appears as U+FFFD.
    public func values(_ tag: DICOMTag, of dataset: DICOMDataset) -> [String] {
        guard let bytes = dataset.bytes(tag).map(trimmingPadding), !bytes.isEmpty else { return [] }
        return decode(bytes) ?? Self.replacing(bytes)
    }

    /// The values between backslashes, or `nil` when bytes do not fit the character set or the set is not known.
    public func decode(_ bytes: [UInt8]) -> [String]? {
        guard let encoding, !terms.contains(where: { CharacterEncoding(term: $0) == nil }) else {
            return bytes.allSatisfy { $0 < 0x80 } ? Self.split(String(decoding: bytes, as: UTF8.self)) : nil
        }
        if bytes.contains(0x1B) { return EscapedText.decode(bytes, initial: encoding) }
        // In GB18030 and GBK a backslash can be the second byte of a character: decode first, then split.
        return encoding.decode(bytes).map(Self.split)
    }

    /// Whether the character set is one that exists and the descriptive texts of a data set are in it.
    func isConsistent(_ dataset: DICOMDataset) -> Bool {
        guard terms.allSatisfy({ CharacterEncoding(term: $0) != nil }) else { return false }
        let tags: [DICOMTag] = [
            .patientName, .patientID, .studyDescription, .seriesDescription, .protocolName, .institutionName,
            .referringPhysicianName,
        ]
        return tags.allSatisfy { tag in
            dataset.bytes(tag).map { decode(trimmingPadding($0)) != nil } ?? true
        }
    }

    private static func split(_ text: String) -> [String] {
        text.split(separator: "\\", omittingEmptySubsequences: false).map { value in
            String(value.drop { $0 == " " }.reversed().drop { $0 == " " }.reversed())
        }
    }

    private static func replacing(_ bytes: [UInt8]) -> [String] {
        split(String(String.UnicodeScalarView(bytes.map { $0 < 0x80 ? UnicodeScalar($0) : "\u{FFFD}" })))
    }
}
