import DICOMFiles
import DICOMSegmentation
import DurableFiles
import Foundation
import TestSupport

/// The synthetic series `plain` with the true masks of its phantom, and files that other software made of them.
struct ConformanceSeries {
    let volume: ImageVolume
    let series: ImageSeries
    /// Liver and spleen, on the frames of ``volume``.
    let masks: [SegmentMask]

    struct Missing: Error, CustomStringConvertible {
        let description: String
    }

    static var folder: URL { SharedFiles.cache.appending(path: "conformance/series/plain") }

    /// A file of make_corrections.py.
    static func correction(_ name: String) throws -> [UInt8] {
        Array(try Data(contentsOf: SharedFiles.cache.appending(path: "conformance/corrections/\(name).dcm")))
    }

    /// A file of make_foreign_segmentations.py: the true masks.
    static func foreign(_ name: String) throws -> [UInt8] {
        Array(try Data(contentsOf: SharedFiles.cache.appending(path: "conformance/foreign/\(name).dcm")))
    }

    static func slices(_ folder: URL = folder) throws -> [(name: String, bytes: [UInt8])] {
        try FolderScan.entries(of: RawPath(folder.path)).filter { $0.name.hasSuffix(".dcm") }.map { entry in
            let name = entry.name.displayName
            return (name, Array(try Data(contentsOf: folder.appending(path: name))))
        }
    }

    init(store: [RawPath]) throws {
        series = ImageSeries(headers: try store.map { try InstanceHeader(reading: $0) })
        guard let volume = series.volume else { throw Missing(description: "no volume") }
        self.volume = volume
        let segmentation = try SegmentationReader.read(bytes: Self.foreign("highdicom"))
        let masks = try segmentation.masks(on: volume)
        guard let liver = masks[1], let spleen = masks[2] else { throw Missing(description: "no masks") }
        self.masks = [liver, spleen]
    }

    /// The liver without the pixels of one slice: what a person has to correct.
    func bitten() throws -> [SegmentMask] {
        var liver = masks[0]
        guard let slice = liver.frames.lastIndex(where: { $0 != nil }) else { throw Missing(description: "no liver") }
        liver[slice] = nil
        return [liver, masks[1]]
    }

    /// How many voxels ``bitten()`` took away.
    func bite() throws -> Int { masks[0].pixelCount - (try bitten()[0].pixelCount) }

    /// A request of our own writer.
    func request(_ masks: [SegmentMask], creator: String = "Preread^Service") throws -> SegmentationRequest {
        guard let digest = SHA256Digest(hex: String(repeating: "01ab", count: 16)) else {
            throw Missing(description: "no digest")
        }
        return SegmentationRequest(
            source: series,
            volume: volume,
            segments: zip([Self.segment("Liver", "10200004"), Self.segment("Spleen", "78961009")], masks).map {
                .init(description: $0, mask: $1)
            },
            series: .init(number: 9001, description: "Preread abdomen"),
            content: .init(label: "PREREAD", description: "Liver and spleen", creatorName: creator),
            equipment: Equipment(
                manufacturer: "Preread",
                modelName: "Preread",
                deviceSerialNumber: "1",
                softwareVersions: ["1"]
            ),
            provenance: .init(profileID: "liver", profileVersion: "1", modelName: "tiny", modelDigest: digest),
            creation: .init(instant: Date(timeIntervalSince1970: 1_767_355_200), timeZone: .gmt)
        )
    }

    /// The same as bytes.
    func encoded(_ masks: [SegmentMask], creator: String = "Preread^Service") throws -> [UInt8] {
        guard case .encoded(let encoded) = try SegmentationBuilder.build(try request(masks, creator: creator)) else {
            throw Missing(description: "nothing was encoded")
        }
        return encoded.bytes
    }

    private static func segment(_ name: String, _ code: String) -> SegmentDescription {
        SegmentDescription(
            label: name,
            category: .anatomicalStructure,
            type: CodedConcept(value: code, scheme: "SCT", meaning: name),
            algorithm: .automatic(.init(name: "Preread", version: "1")),
            color: SRGBColor(red: 200, green: 100, blue: 50),
            trackingID: name.lowercased()
        )
    }
}
