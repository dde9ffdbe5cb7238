import DICOMFiles
import Foundation

/// Data sets as the DICOM JSON Model has them (PS3.18 annex F): UTF-8, with addresses in place of large values.
enum DICOMJSON {
    /// Binary values of more bytes are told by their address.
    private static let longestInline = 1_024

    /// The object of a file.
    static func document(of file: DICOMFile, _ question: FileQuestion) throws -> Data {
        var writer = Writer(text: DICOMText(of: file.dataset), address: question.address)
        writer.write(file.dataset, place: "", pixels: pixelVR(of: file))
        return Data(writer.bytes)
    }

    private static func pixelVR(of file: DICOMFile) -> String? {
        guard file.hasPixelData else { return nil }
        return file.dataset.integer(.bitsAllocated) ?? 8 > 8 ? "OW" : "OB"
    }

    /// The undecoded value of an element; pixel data are decoded, frame after frame.
    ///
    /// The place names tags and, between them, items of sequences from 1, for example `["00420011"]` or
    /// `["52009230", "1", "00209116"]`.
    static func value(at place: [String], in file: DICOMFile) throws -> [UInt8] {
        guard place.count.isMultiple(of: 2) == false, let last = place.last.flatMap(DICOMTag.init(hexadecimal:)) else {
            throw ImagingExamination.Refusal.absent
        }
        if place.count == 1, last == .pixelData { return try FrameBytes(file).all() }
        var dataset = file.dataset
        for index in stride(from: 0, to: place.count - 1, by: 2) {
            guard let tag = DICOMTag(hexadecimal: place[index]), let number = Int(place[index + 1]) else {
                throw ImagingExamination.Refusal.absent
            }
            let items = dataset.items(tag)
            guard 1...max(items.count, 1) ~= number, number <= items.count else {
                throw ImagingExamination.Refusal.absent
            }
            dataset = items[number - 1]
        }
        guard let value = dataset.bytes(last) else { throw ImagingExamination.Refusal.absent }
        return value
    }

    /// Writes JSON as bytes: a data set with thousands of frames has a hundred thousand values.
    private struct Writer {
        private(set) var bytes: [UInt8] = []
        private let text: DICOMText
        private let address: String

        init(text: DICOMText, address: String) {
            self.text = text
            self.address = address
        }

        mutating func write(_ dataset: DICOMDataset, place: String, pixels: String? = nil) {
            bytes.append(UInt8(ascii: "{"))
            var isFirst = true
            for element in dataset.elements() where element.tag.element != 0 && element.tag.group > 0x0002 {
                guard element.tag != .pixelData || pixels == nil else { continue }
                separate(&isFirst)
                write(element, of: dataset, place: place)
            }
            if let pixels {
                separate(&isFirst)
                write(key: DICOMTag.pixelData.hexadecimal)
                append("{\"vr\":\"\(pixels)\",\"BulkDataURI\":")
                write(string: "\(address)/bulkdata/\(DICOMTag.pixelData.hexadecimal)")
                append("}")
            }
            bytes.append(UInt8(ascii: "}"))
        }

        private mutating func write(_ element: DICOMDataset.Element, of dataset: DICOMDataset, place: String) {
            let tag = element.tag
            write(key: tag.hexadecimal)
            let vr = Self.known(element.vr)
            append("{\"vr\":\"\(vr)\"")
            if tag == .specificCharacterSet {
                // The text of this document is Unicode, whatever the file's is.
                append(",\"Value\":[\"ISO_IR 192\"]")
            } else if vr == "SQ" {
                write(items: dataset.items(tag), place: "\(place)\(tag.hexadecimal)/")
            } else if element.length > 0 {
                write(value: tag, vr, element.length, of: dataset, place: place)
            }
            append("}")
        }

        /// What dcmdata names for itself is not in the standard's list.
        private static func known(_ vr: String) -> String {
            switch vr {
            case "ox", "px", "OX": "OW"
            case "xs", "lt": "US"
            case "up": "UL"
            case "na", "??", "": "UN"
            default: vr
            }
        }

        private mutating func write(items: [DICOMDataset], place: String) {
            guard !items.isEmpty else { return }
            append(",\"Value\":[")
            for (index, item) in items.enumerated() {
                if index > 0 { append(",") }
                write(item, place: "\(place)\(index + 1)/")
            }
            append("]")
        }

        private mutating func write(
            value tag: DICOMTag,
            _ vr: String,
            _ length: Int,
            of dataset: DICOMDataset,
            place: String
        ) {
            switch vr {
            case "OB", "OD", "OF", "OL", "OV", "OW", "UN":
                guard length <= DICOMJSON.longestInline, let value = dataset.bytes(tag) else {
                    append(",\"BulkDataURI\":")
                    write(string: "\(address)/bulkdata/\(place)\(tag.hexadecimal)")
                    return
                }
                append(",\"InlineBinary\":\"\(Data(value).base64EncodedString())\"")
            case "FL", "FD", "SL", "SS", "UL", "US", "SV", "UV":
                write(values: dataset.doubles(tag) ?? []) { writer, number in writer.append(Self.spelled(number)) }
            case "AT":
                write(values: Self.tags(dataset.bytes(tag) ?? [])) { $0.write(string: $1) }
            case "DS", "IS":
                write(values: dataset.strings(tag)) { $0.write(number: $1) }
            case "PN": write(values: text.values(tag, of: dataset)) { $0.write(name: $1) }
            case "LT", "ST", "UT", "UR":
                // A backslash in these is a character and parts nothing.
                write(values: [text.values(tag, of: dataset).joined(separator: "\\")]) { $0.write(string: $1) }
            default: write(values: text.values(tag, of: dataset)) { $0.write(text: $1) }
            }
        }

        private mutating func write<Value>(values: [Value], _ body: (inout Writer, Value) -> Void) {
            guard !values.isEmpty else { return }
            append(",\"Value\":[")
            for (index, value) in values.enumerated() {
                if index > 0 { append(",") }
                body(&self, value)
            }
            append("]")
        }

        private mutating func write(text: String) {
            if text.isEmpty { append("null") } else { write(string: text) }
        }

        private mutating func write(number text: String) {
            guard let number = Double(text), number.isFinite else { return write(text: text) }
            append(Self.spelled(number))
        }

        private mutating func write(name: String) {
            let groups = name.split(separator: "=", maxSplits: 2, omittingEmptySubsequences: false)
            guard groups.contains(where: { !$0.isEmpty }) else { return append("null") }
            append("{")
            var isFirst = true
            for (key, group) in zip(["Alphabetic", "Ideographic", "Phonetic"], groups) where !group.isEmpty {
                separate(&isFirst)
                write(key: key)
                write(string: String(group))
            }
            append("}")
        }

        private static func spelled(_ number: Double) -> String {
            Int(exactly: number).map(String.init) ?? (number.isFinite ? "\(number)" : "null")
        }

        /// Group and element number of each value.
        private static func tags(_ bytes: [UInt8]) -> [String] {
            func word(_ start: Int) -> UInt16 { UInt16(bytes[start]) | UInt16(bytes[start + 1]) << 8 }
            return stride(from: 0, to: bytes.count - 3, by: 4).map { DICOMTag(word($0), word($0 + 2)).hexadecimal }
        }

        // MARK: - JSON

        private mutating func separate(_ isFirst: inout Bool) {
            if !isFirst { append(",") }
            isFirst = false
        }

        private mutating func write(key: String) {
            write(string: key)
            append(":")
        }

        private mutating func write(string: String) {
            append("\"")
            for byte in string.utf8 {
                switch byte {
                case UInt8(ascii: "\""): append("\\\"")
                case UInt8(ascii: "\\"): append("\\\\")
                case 0..<0x20:
                    let digits = String(byte, radix: 16)
                    append("\\u" + String(repeating: "0", count: 4 - digits.count) + digits)
                default: bytes.append(byte)
                }
            }
            append("\"")
        }

        private mutating func append(_ text: String) { bytes += text.utf8 }
    }
}

extension DICOMTag {
    /// Eight hexadecimal digits, as JSON and addresses have them.
    var hexadecimal: String {
        let digits = String(UInt32(group) << 16 | UInt32(element), radix: 16, uppercase: true)
        return String(repeating: "0", count: 8 - digits.count) + digits
    }

    init?(hexadecimal text: String) {
        guard text.utf8.count == 8, text.utf8.allSatisfy({ Character(UnicodeScalar($0)).isHexDigit }),
            let number = UInt32(text, radix: 16)
        else { return nil }
        self.init(UInt16(number >> 16), UInt16(number & 0xFFFF))
    }
}
