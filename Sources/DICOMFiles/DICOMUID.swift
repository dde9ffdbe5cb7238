/// The syntax of unique identifiers (PS3.5 section 9.1).
public enum DICOMUID {
    /// Whether a text is a UID: at most 64 characters, components of digits without leading zeros, dots between them.
    public static func isValid(_ text: String) -> Bool {
        guard (1...64).contains(text.utf8.count) else { return false }
        return text.split(separator: ".", omittingEmptySubsequences: false).allSatisfy { component in
            let digits = component.utf8
            return !digits.isEmpty && digits.allSatisfy { (0x30...0x39).contains($0) }
                && (digits.count == 1 || digits.first != 0x30)
        }
    }

    /// A UID that must be there. Padding behind it is taken off, everything else is judged.
    static func required(_ tag: DICOMTag, of dataset: DICOMDataset) throws(DICOMFileError) -> String {
        guard let bytes = dataset.bytes(tag), let last = bytes.lastIndex(where: { $0 != 0 && $0 != 0x20 }) else {
            throw DICOMFileError(.missingAttribute, "\(tag.keyword ?? tag.description) is missing")
        }
        let text = String(decoding: bytes[...last], as: UTF8.self)
        guard isValid(text) else { throw DICOMFileError(.badUID, "\(tag.keyword ?? tag.description) is no UID") }
        return text
    }
}
