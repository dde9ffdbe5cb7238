import DICOMFiles
import DurableFiles
import Foundation
import Geometry
import Pipeline
import Profiles
import SegmentAnything
import TestSupport

/// A synthetic series of Tests/Scripts/make_conformance_series.py, prompts around its structures, and what a
/// ``ThresholdNetwork`` has to find there, computed from the files without the pipeline.
struct AnnotatedSeries {
    /// A pixel in the patient, in thousandths of a millimetre, and the image that it was seen in.
    struct Place: Hashable {
        let sop: String
        let frame: Int
        let x: Int
        let y: Int
        let z: Int

        init(sop: String, frame: Int, _ point: [Double]) {
            // The offset keeps coordinates away from where rounding could go either way.
            let whole = point.map { Int(($0 * 1_000 + 0.2718).rounded()) }
            (self.sop, self.frame, x, y, z) = (sop, frame, whole[0], whole[1], whole[2])
        }
    }

    private struct Truth: Decodable {
        struct Slice: Decodable {
            let sopInstanceUID: String
            let frame: Int
        }
        let rows: Int
        let columns: Int
        let slices: [Slice]
    }

    private struct Missing: Error {
        let what: String
    }

    let folder: RawPath
    let series: ImageSeries
    let volume: ImageVolume
    /// The tight boxes of the phantom's liver and spleen, by index of the volume's frames.
    let boxes: [[Int: PixelBox]]
    /// The phantom's labels (1 liver, 2 spleen) by index of the volume's frames.
    let labels: [Int: [UInt8]]

    init(_ name: String) throws {
        let url = SharedFiles.cache.appending(path: "conformance/series").appending(path: name)
        let folder = RawPath(url.path)
        let entries = try FolderScan.entries(of: folder).filter { $0.name.hasSuffix(".dcm") }
        let headers = try entries.map { try InstanceHeader(reading: folder.appending($0.name)) }
        guard let series = ImageSeries.grouping(headers).first, let volume = series.volume else {
            throw Missing(what: "a volume in \(name)")
        }
        let json = try Data(contentsOf: url.appending(path: "truth.json"))
        let truth = try JSONDecoder().decode(Truth.self, from: json)
        let labels = [UInt8](try Data(contentsOf: url.appending(path: "truth.raw")))
        let size = truth.rows * truth.columns
        var boxes: [[Int: PixelBox]] = [[:], [:]]
        var byFrame: [Int: [UInt8]] = [:]
        for (index, slice) in truth.slices.enumerated() {
            let frame = volume.frames.firstIndex {
                $0.sopInstanceUID == slice.sopInstanceUID && ($0.frameNumber ?? 0) == slice.frame
            }
            guard let frame else { throw Missing(what: "a slice of the truth in \(name)") }
            let label = labels[index * size..<(index + 1) * size]
            byFrame[frame] = Array(label)
            for structure in 0..<2 {
                let mask: [UInt8] = label.map { Int($0) == structure + 1 ? 1 : 0 }
                boxes[structure][frame] = PixelBox(of: mask, columns: truth.columns, rows: truth.rows)
            }
        }
        (self.folder, self.series, self.volume, self.boxes, self.labels) = (folder, series, volume, boxes, byFrame)
    }

    // MARK: - Asking

    /// A prompt file with the box of each structure on each slice.
    func prompts(window: (low: Double, high: Double)? = (-160, 240)) throws -> PromptFile {
        let codes = [("Liver", "10200004"), ("Spleen", "78961009")]
        let segments = zip(codes, boxes).map { code, boxes -> String in
            let prompts = boxes.sorted { $0.key < $1.key }.map { index, box -> String in
                let frame = volume.frames[index]
                return #"{"sop": "\#(frame.sopInstanceUID)", "frame": \#(frame.frameNumber ?? 1), "#
                    + #""box": [\#(box.x0), \#(box.y0), \#(box.x1), \#(box.y1)]}"#
            }
            let window = window.map { #""window": [\#($0.low), \#($0.high)], "# } ?? ""
            return Self.segment(code.0, code.1, window + #""prompts": [\#(prompts.joined(separator: ", "))]"#)
        }
        return try Self.file(segments)
    }

    /// A segment of a prompt file; `rest` is the window and the prompts.
    static func segment(_ label: String, _ code: String, _ rest: String) -> String {
        #"{"label": "\#(label)", "category": ["123037004", "SCT", "Anatomical Structure"], "#
            + #""type": ["\#(code)", "SCT", "\#(label)"], \#(rest)}"#
    }

    static func file(_ segments: [String]) throws -> PromptFile {
        try PromptFile(json: Array(#"{"segments": [\#(segments.joined(separator: ", "))]}"#.utf8))
    }

    func request(
        _ prompts: PromptFile,
        network: any SegmentationModel = ThresholdNetwork(),
        instant: Date = Date(timeIntervalSince1970: 1_767_355_200)
    ) -> AnnotationRequest {
        AnnotationRequest(
            series: series,
            source: .prompts(prompts, digest: SHA256Digest(of: Array("prompts".utf8))),
            model: Self.model(network),
            program: Self.program,
            instant: instant,
            timeZone: .gmt
        )
    }

    static func model(_ network: any SegmentationModel) -> LoadedModel {
        LoadedModel(
            name: "threshold",
            digest: SHA256Digest(of: Array("weights".utf8)),
            precision: "fp32",
            network: network
        )
    }

    static let program = ProgramIdentity(name: "preread", version: "1.0.0", dcmtkVersion: "3.6.7")

    // MARK: - What has to come out

    /// Where a structure's pixels lie that are brighter than the threshold and inside its box.
    func expectedPlaces(of structure: Int, scaling: NaiveScaling, threshold: UInt8 = 127) throws -> Set<Place> {
        let values = try modalityValues()
        let bytes = scaling.bytes(values)
        var places: Set<Place> = []
        for (index, box) in boxes[structure] {
            let frame = volume.frames[index]
            for row in Int(box.y0)..<Int(box.y1) {
                for column in Int(box.x0)..<Int(box.x1)
                where bytes[index][row * volume.columns + column] > threshold {
                    let point = Self.patientPoint(frame.geometry, column: column, row: row)
                    places.insert(Place(sop: frame.sopInstanceUID, frame: frame.frameNumber ?? 1, point))
                }
            }
        }
        return places
    }

    /// Each frame straight from its own file.
    func modalityValues() throws -> [[Float]] {
        try volume.frames.map { frame in
            try FrameReader(frame.path).modalityValues(frameAt: frame.frameIndex)
        }
    }

    /// PS3.3 equation C.7.6.2.1-1, from the numbers as the file spells them.
    private static func patientPoint(_ geometry: FrameGeometry, column: Int, row: Int) -> [Double] {
        let position = geometry.imagePositionPatient.compactMap(Double.init)
        let cosines = geometry.imageOrientationPatient.compactMap(Double.init)
        let spacing = geometry.pixelSpacing.compactMap(Double.init)
        return (0..<3).map {
            position[$0] + cosines[$0] * spacing[1] * Double(column) + cosines[$0 + 3] * spacing[0] * Double(row)
        }
    }
}

/// The intensity rules in the plainest way: a whole volume in memory, sorted.
enum NaiveScaling {
    case window(Double, Double)
    case percentiles(Double, Double, inverted: Bool)

    func bytes(_ slices: [[Float]]) -> [[UInt8]] {
        let all = slices.joined().map(Double.init)
        var (low, high) = (0.0, 0.0)
        var keepsZero = false
        var isInverted = false
        switch self {
        case .window(let lower, let upper): (low, high) = (lower, upper)
        case .percentiles(let lower, let upper, let inverted):
            let sorted = all.filter { $0 > 0 }.sorted()
            (low, high) = (Self.percentile(lower, of: sorted), Self.percentile(upper, of: sorted))
            keepsZero = true
            isInverted = inverted
        }
        let clipped = all.map { keepsZero && $0 == 0 ? 0 : min(max($0, low), high) }
        let (least, most) = (clipped.min() ?? 0, clipped.max() ?? 0)
        let bytes = clipped.map { value -> UInt8 in
            guard most > least else { return 0 }
            let byte = UInt8((value - least) / (most - least) * 255)
            return isInverted ? 255 - byte : byte
        }
        var rest = bytes[...]
        return slices.map { slice in
            defer { rest = rest.dropFirst(slice.count) }
            return Array(rest.prefix(slice.count))
        }
    }

    /// NumPy's default: linear between the two nearest ranks, computed from the nearer one.
    static func percentile(_ percent: Double, of sorted: [Double]) -> Double {
        let position = percent / 100 * Double(sorted.count - 1)
        let below = Int(position)
        let fraction = position - Double(below)
        let (lower, upper) = (sorted[below], sorted[min(below + 1, sorted.count - 1)])
        return fraction < 0.5 ? lower + (upper - lower) * fraction : upper - (upper - lower) * (1 - fraction)
    }
}
