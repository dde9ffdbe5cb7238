import DICOMFiles
import DurableFiles
import Foundation
import Pipeline
import Profiles
import SegmentAnything

/// A CT series of any length, written file by file in Explicit VR Little Endian (PS3.5 section 7.1.2): a bright disc that
/// moves from slice to slice on a dark ground.
struct SyntheticSeries {
    struct Unreadable: Error {}

    let folder: RawPath
    let series: ImageSeries
    let volume: ImageVolume
    let count: Int
    let edge: Int

    /// Writes `count` slices of `edge` × `edge` pixels into a folder and reads their headers, in any order.
    init(_ count: Int, edge: Int = 24, in folder: URL, reversed: Bool = false) throws {
        self.folder = RawPath(folder.path)
        self.count = count
        self.edge = edge
        var headers: [InstanceHeader] = []
        for slice in reversed ? Array((0..<count).reversed()) : Array(0..<count) {
            let file = folder.appending(path: Self.name(slice))
            try Data(Self.file(slice, edge: edge)).write(to: file)
            headers.append(try InstanceHeader(reading: RawPath(file.path), pixelCheck: .none))
        }
        guard let series = ImageSeries.grouping(headers).first, let volume = series.volume, volume.count == count else {
            throw Unreadable()
        }
        (self.series, self.volume) = (series, volume)
    }

    static func name(_ slice: Int) -> String { "slice-\(slice).dcm" }
    static func uid(_ slice: Int) -> String { "1.2.826.0.1.3680043.8.498.1.\(slice + 1)" }

    /// Whether a pixel belongs to the slice's disc.
    static func isInside(_ slice: Int, row: Int, column: Int, edge: Int) -> Bool {
        let (x, y) = (column - edge / 2 - slice % 5, row - edge / 2 + slice % 3)
        return 16 * (x * x + y * y) < edge * edge
    }

    /// A request with one box, nearly the whole frame, on each of some slices.
    func request(
        prompting slices: some Sequence<Int>,
        network: any SegmentationModel = ThresholdNetwork()
    ) throws -> AnnotationRequest {
        let prompts = slices.map { slice in
            #"{"sop": "\#(Self.uid(slice))", "box": [1, 1, \#(edge - 1), \#(edge - 1)]}"#
        }
        let rest = #""window": [-160, 240], "prompts": [\#(prompts.joined(separator: ", "))]"#
        let file = try AnnotatedSeries.file([AnnotatedSeries.segment("Liver", "10200004", rest)])
        return AnnotationRequest(
            series: series,
            source: .prompts(file, digest: SHA256Digest(of: Array("prompts".utf8))),
            model: AnnotatedSeries.model(network),
            program: AnnotatedSeries.program,
            instant: Date(timeIntervalSince1970: 1_767_355_200),
            timeZone: .gmt
        )
    }

    // MARK: - The file

    private static func file(_ slice: Int, edge: Int) -> [UInt8] {
        var meta: [UInt8] = []
        meta.put(0x0002, 0x0002, "UI", text: "1.2.840.10008.5.1.4.1.1.2")
        meta.put(0x0002, 0x0003, "UI", text: uid(slice))
        meta.put(0x0002, 0x0010, "UI", text: "1.2.840.10008.1.2.1")
        var data = [UInt8](repeating: 0, count: 128) + Array("DICM".utf8)
        data.put(0x0002, 0x0000, "UL", bytes: UInt32(meta.count).littleEndianBytes)
        data += meta
        data.put(0x0008, 0x0016, "UI", text: "1.2.840.10008.5.1.4.1.1.2")
        data.put(0x0008, 0x0018, "UI", text: uid(slice))
        data.put(0x0008, 0x0060, "CS", text: "CT")
        data.put(0x0010, 0x0010, "PN", text: "Synthetic")
        data.put(0x0010, 0x0020, "LO", text: "1")
        data.put(0x0020, 0x000D, "UI", text: "1.2.826.0.1.3680043.8.498.2")
        data.put(0x0020, 0x000E, "UI", text: "1.2.826.0.1.3680043.8.498.3")
        data.put(0x0020, 0x0013, "IS", text: "\(slice + 1)")
        data.put(0x0020, 0x0032, "DS", text: "0\\0\\\(slice)")
        data.put(0x0020, 0x0037, "DS", text: "1\\0\\0\\0\\1\\0")
        data.put(0x0020, 0x0052, "UI", text: "1.2.826.0.1.3680043.8.498.4")
        data.put(0x0028, 0x0002, "US", bytes: [1, 0])
        data.put(0x0028, 0x0004, "CS", text: "MONOCHROME2")
        data.put(0x0028, 0x0010, "US", bytes: UInt16(edge).littleEndianBytes)
        data.put(0x0028, 0x0011, "US", bytes: UInt16(edge).littleEndianBytes)
        data.put(0x0028, 0x0030, "DS", text: "1\\1")
        data.put(0x0028, 0x0100, "US", bytes: [16, 0])
        data.put(0x0028, 0x0101, "US", bytes: [16, 0])
        data.put(0x0028, 0x0102, "US", bytes: [15, 0])
        data.put(0x0028, 0x0103, "US", bytes: [1, 0])
        data.put(0x0028, 0x1052, "DS", text: "0")
        data.put(0x0028, 0x1053, "DS", text: "1")
        let pixels = (0..<edge * edge).flatMap { index in
            let isInside = isInside(slice, row: index / edge, column: index % edge, edge: edge)
            return UInt16(bitPattern: isInside ? 200 : -500).littleEndianBytes
        }
        data.put(0x7FE0, 0x0010, "OW", bytes: pixels)
        return data
    }
}

extension FixedWidthInteger {
    fileprivate var littleEndianBytes: [UInt8] { withUnsafeBytes(of: littleEndian, Array.init) }
}

extension [UInt8] {
    fileprivate mutating func put(_ group: UInt16, _ element: UInt16, _ vr: String, text: String) {
        let padding: [UInt8] = vr == "UI" ? [0] : [UInt8(ascii: " ")]
        let bytes = Array(text.utf8)
        put(group, element, vr, bytes: bytes.count % 2 == 0 ? bytes : bytes + padding)
    }

    fileprivate mutating func put(_ group: UInt16, _ element: UInt16, _ vr: String, bytes: [UInt8]) {
        self += group.littleEndianBytes + element.littleEndianBytes + Array(vr.utf8)
        self += vr == "OW" ? [0, 0] + UInt32(bytes.count).littleEndianBytes : UInt16(bytes.count).littleEndianBytes
        self += bytes
    }
}
