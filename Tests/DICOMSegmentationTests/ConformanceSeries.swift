import DICOMFiles
import DICOMSegmentation
import DurableFiles
import Foundation
import TestSupport

/// A synthetic series of Tests/Scripts/make_conformance_series.py with the true mask of its phantom.
struct ConformanceSeries {
    let folder: URL
    let series: ImageSeries
    let volume: ImageVolume
    /// Liver and spleen, on the frames of ``volume``.
    let masks: [SegmentMask]

    struct Missing: Error, CustomStringConvertible {
        let description: String
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

    static func folder(_ name: String) -> URL {
        SharedFiles.cache.appending(path: "conformance/series").appending(path: name)
    }

    init(_ name: String) throws {
        let folder = Self.folder(name)
        let entries = try FolderScan.entries(of: RawPath(folder.path)).filter { $0.name.hasSuffix(".dcm") }
        let headers = try entries.map { try InstanceHeader(reading: RawPath(folder.path).appending($0.name)) }
        guard let series = ImageSeries.grouping(headers).first, let volume = series.volume else {
            throw Missing(description: "\(name) has no volume")
        }
        self.folder = folder
        self.series = series
        self.volume = volume
        masks = try Self.truth(folder, volume)
    }

    private static func truth(_ folder: URL, _ volume: ImageVolume) throws -> [SegmentMask] {
        let truth = try JSONDecoder().decode(
            Truth.self,
            from: Data(contentsOf: folder.appending(path: "truth.json"))
        )
        let labels = [UInt8](try Data(contentsOf: folder.appending(path: "truth.raw")))
        let size = truth.rows * truth.columns
        var masks = [SegmentMask](repeating: SegmentMask(frameCount: volume.count), count: 2)
        for (index, slice) in truth.slices.enumerated() {
            let frame = volume.frames.firstIndex {
                $0.sopInstanceUID == slice.sopInstanceUID && ($0.frameNumber ?? 0) == slice.frame
            }
            guard let frame else { throw Missing(description: "a slice of the truth is not in the volume") }
            let label = labels[index * size..<(index + 1) * size]
            for segment in 0..<2 {
                let pixels: [UInt8] = label.map { $0 == segment + 1 ? 1 : 0 }
                masks[segment][frame] = FrameMask(rows: truth.rows, columns: truth.columns, pixels: pixels)
            }
        }
        return masks
    }

    /// A request for the true masks, or for others.
    func request(masks: [SegmentMask]? = nil) throws -> SegmentationRequest {
        let segments = zip([Self.liver, Self.spleen], masks ?? self.masks).map {
            SegmentationRequest.Segment(description: $0, mask: $1)
        }
        guard let digest = SHA256Digest(hex: String(repeating: "01ab", count: 16)) else {
            throw Missing(description: "no digest")
        }
        return SegmentationRequest(
            source: series,
            volume: volume,
            segments: segments,
            series: .init(number: 9001, description: "Preread abdomen"),
            content: .init(label: "PREREAD", description: "Liver and spleen", creatorName: "Preread^Service"),
            equipment: Equipment(
                manufacturer: "Preread",
                modelName: "Preread",
                deviceSerialNumber: "0001",
                softwareVersions: ["1.0.0", "model 0123"]
            ),
            provenance: .init(
                profileID: "ct-abdomen",
                profileVersion: "1",
                modelName: "sam-med2d-b",
                modelDigest: digest
            ),
            creation: .init(
                instant: Date(timeIntervalSince1970: 1_767_355_200),
                timeZone: TimeZone(secondsFromGMT: 0) ?? .current
            )
        )
    }

    private static let algorithm = AlgorithmIdentification(
        name: "Preread SAM-Med2D",
        version: "1.0",
        parameters: "prompt=atlas-box; threshold=0"
    )

    static let liver = SegmentDescription(
        label: "Liver",
        category: .anatomicalStructure,
        type: CodedConcept(value: "10200004", scheme: "SCT", meaning: "Liver"),
        algorithm: .automatic(algorithm),
        color: SRGBColor(red: 221, green: 130, blue: 101),
        trackingID: "liver",
        details: "Liver",
        anatomicRegion: CodedConcept(value: "818981001", scheme: "SCT", meaning: "Abdomen")
    )

    static let spleen = SegmentDescription(
        label: "Spleen",
        category: .anatomicalStructure,
        type: CodedConcept(value: "78961009", scheme: "SCT", meaning: "Spleen"),
        algorithm: .semiautomatic(algorithm),
        color: SRGBColor(red: 157, green: 108, blue: 162),
        trackingID: "spleen"
    )
}
