import DurableFiles
import Foundation
import TestSupport

/// Writes DICOM files byte by byte, so that tests can also write wrong ones.
struct DICOMBytes {
    enum Encoding {
        case explicitLittle, implicitLittle, explicitBig

        var transferSyntaxUID: String {
            switch self {
            case .explicitLittle: "1.2.840.10008.1.2.1"
            case .implicitLittle: "1.2.840.10008.1.2"
            case .explicitBig: "1.2.840.10008.1.2.2"
            }
        }
    }

    var encoding = Encoding.explicitLittle
    var bytes: [UInt8] = []

    static let undefinedLength: UInt32 = .max

    init(_ encoding: Encoding = .explicitLittle) {
        self.encoding = encoding
    }

    func word(_ value: UInt16) -> [UInt8] {
        let little = [UInt8(value & 0xFF), UInt8(value >> 8)]
        return encoding == .explicitBig ? little.reversed() : little
    }

    func longWord(_ value: UInt32) -> [UInt8] {
        let little = (0..<4).map { UInt8(value >> (8 * $0) & 0xFF) }
        return encoding == .explicitBig ? little.reversed() : little
    }

    /// The head of an element, with any length.
    mutating func head(_ group: UInt16, _ element: UInt16, _ vr: String, length: UInt32) {
        bytes += word(group) + word(element)
        if encoding == .implicitLittle || group == 0xFFFE {
            bytes += longWord(length)
        } else if ["OB", "OW", "SQ", "UN", "UT"].contains(vr) {
            bytes += Array(vr.utf8) + [0, 0] + longWord(length)
        } else {
            bytes += Array(vr.utf8) + word(UInt16(length))
        }
    }

    mutating func element(_ group: UInt16, _ element: UInt16, _ vr: String, _ value: [UInt8]) {
        let padded = value.count % 2 == 0 ? value : value + [vr == "UI" || vr == "OB" ? 0 : 0x20]
        head(group, element, vr, length: UInt32(padded.count))
        bytes += padded
    }

    mutating func text(_ group: UInt16, _ element: UInt16, _ vr: String, _ value: String) {
        self.element(group, element, vr, Array(value.utf8))
    }

    mutating func number(_ group: UInt16, _ element: UInt16, _ value: UInt16) {
        self.element(group, element, "US", word(value))
    }

    /// Takes an element of the data set out again.
    mutating func remove(_ group: UInt16, _ element: UInt16) {
        guard let range = range(group, element) else { preconditionFailure("the data set has the element") }
        bytes.removeSubrange(range)
    }

    /// Replaces a text everywhere by one of the same length.
    mutating func replace(_ old: String, by new: String) {
        precondition(old.utf8.count == new.utf8.count, "lengths stay as they are")
        let pattern = Array(old.utf8)
        for start in 0..<max(0, bytes.count - pattern.count) where bytes[start...].starts(with: pattern) {
            bytes.replaceSubrange(start..<start + pattern.count, with: Array(new.utf8))
        }
    }

    /// Puts a short element in front of the first one with a higher tag.
    mutating func insertText(_ group: UInt16, _ element: UInt16, _ vr: String, _ value: String) {
        var addition = DICOMBytes(encoding)
        addition.text(group, element, vr, value)
        var at = bytes.count
        forEachElement { tag, range in
            if tag > UInt32(group) << 16 | UInt32(element), range.lowerBound < at { at = range.lowerBound }
        }
        bytes.insert(contentsOf: addition.bytes, at: at)
    }

    private func range(_ group: UInt16, _ element: UInt16) -> Range<Int>? {
        var found: Range<Int>?
        forEachElement { tag, range in
            if tag == UInt32(group) << 16 | UInt32(element) { found = range }
        }
        return found
    }

    /// The elements of a flat explicit little-endian data set.
    private func forEachElement(_ body: (UInt32, Range<Int>) -> Void) {
        precondition(encoding == .explicitLittle, "only explicit little endian is walked")
        func number(_ at: Int, _ count: Int) -> Int {
            (0..<count).reduce(0) { $0 | Int(bytes[at + $1]) << (8 * $1) }
        }
        var at = 0
        while at < bytes.count {
            let isLong = ["OB", "OW", "SQ", "UN", "UT"].contains(
                String(decoding: bytes[at + 4..<at + 6], as: UTF8.self)
            )
            let end = at + (isLong ? 12 + number(at + 8, 4) : 8 + number(at + 6, 2))
            body(UInt32(number(at, 2)) << 16 | UInt32(number(at + 2, 2)), at..<end)
            at = end
        }
    }

    /// A complete file: preamble, prefix, meta information and the data set.
    func file(transferSyntax: String? = nil) -> [UInt8] {
        var meta = DICOMBytes()
        meta.text(0x0002, 0x0010, "UI", transferSyntax ?? encoding.transferSyntaxUID)
        return [UInt8](repeating: 0, count: 128) + Array("DICM".utf8) + meta.bytes + bytes
    }
}

/// The pixels of a CT image of one frame, and how they are stored.
struct TestImage {
    var rows: UInt16 = 3
    var columns: UInt16 = 5
    var bitsAllocated: UInt16 = 16
    var bitsStored: UInt16 = 12
    var highBit: UInt16 = 11
    var isSigned = true
    var pixelVR = "OW"
    /// The words as they shall stand in the file.
    var pixels: [UInt8]

    func bytes(_ encoding: DICOMBytes.Encoding = .explicitLittle, patientID: String = "P1") -> DICOMBytes {
        var data = DICOMBytes(encoding)
        data.text(0x0008, 0x0008, "CS", "ORIGINAL\\PRIMARY\\AXIAL")
        data.text(0x0008, 0x0016, "UI", "1.2.840.10008.5.1.4.1.1.2")
        data.text(0x0008, 0x0018, "UI", "2.25.11")
        data.text(0x0008, 0x0060, "CS", "CT")
        data.text(0x0010, 0x0010, "PN", "ZZCANARY^Name")
        data.text(0x0010, 0x0020, "LO", patientID)
        data.text(0x0018, 0x0050, "DS", "2.50")
        data.text(0x0020, 0x000D, "UI", "2.25.12")
        data.text(0x0020, 0x000E, "UI", "2.25.13")
        data.text(0x0020, 0x0013, "IS", "7")
        data.text(0x0020, 0x0032, "DS", "-10.50\\+2.0E1\\-3")
        data.text(0x0020, 0x0037, "DS", "1\\0\\0\\0\\1\\0")
        data.text(0x0020, 0x0052, "UI", "2.25.14")
        data.number(0x0028, 0x0002, 1)
        data.text(0x0028, 0x0004, "CS", "MONOCHROME2")
        data.number(0x0028, 0x0010, rows)
        data.number(0x0028, 0x0011, columns)
        data.text(0x0028, 0x0030, "DS", "0.70\\0.9")
        data.number(0x0028, 0x0100, bitsAllocated)
        data.number(0x0028, 0x0101, bitsStored)
        data.number(0x0028, 0x0102, highBit)
        data.number(0x0028, 0x0103, isSigned ? 1 : 0)
        data.text(0x0028, 0x1052, "DS", "-1024")
        data.text(0x0028, 0x1053, "DS", "0.5")
        data.element(0x7FE0, 0x0010, pixelVR, pixels)
        return data
    }
}

/// Calls the body with a file that holds these bytes.
func withFile<Result>(_ bytes: [UInt8], _ body: (RawPath) throws -> Result) throws -> Result {
    try withTemporaryFolder { folder in
        let path = RawPath(folder).appending("image.dcm")
        try AtomicFile.write(bytes, to: path)
        return try body(path)
    }
}
