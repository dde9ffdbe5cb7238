import DurableFiles
import Foundation
import Geometry
import Glibc

/// Writes an atlas folder from a scan and its labels.
public struct AtlasBuilder: Sendable {
    /// The folder's name, and what profiles refer to.
    public let name: String
    /// What made the intensities.
    public let modality: AtlasModality
    /// Where the data come from and how the labels were made.
    public let provenance: String
    /// The licence of the data, an SPDX identifier where there is one.
    public let licence: String
    /// Labels that are kept; all others become background.
    public let labels: [AtlasLabel]
    /// The reviewed case that the atlas is made from; `nil` for an atlas from files.
    public var reviewedCase: AtlasCase?

    /// What made the intensities.
    public init(name: String, modality: AtlasModality, provenance: String, licence: String, labels: [AtlasLabel]) {
        self.name = name
        self.modality = modality
        self.provenance = provenance
        self.licence = licence
        self.labels = labels
    }

    /// Builds `folder/name`: all or nothing, durable when it returns.
    ///
    /// The files are written and synced in a hidden folder beside the final one, read back and verified, and the folder
    /// is renamed. Throws ``AtlasPackageError`` where image and labels do not fit or an atlas of that name exists,
    /// ``NIfTIError`` where `labels` holds no labels, `FileError` where the disk refuses.
    @discardableResult
    public func build(image: NIfTIImage, labels labelImage: NIfTIImage, into folder: RawPath) throws -> AtlasDescription
    {
        guard image.size == labelImage.size, Self.agree(image.affine, labelImage.affine, size: image.size) else {
            throw AtlasPackageError.gridsDiffer
        }
        return try build(
            intensities: image.intensities(modality: modality),
            labels: try labelImage.labels(),
            into: folder
        )
    }

    /// Builds `folder/name` from volumes in memory; as above in all else.
    @discardableResult
    public func build(
        intensities image: IntensityVolume,
        labels volume: LabelVolume,
        into folder: RawPath
    ) throws -> AtlasDescription {
        try AtlasLabelTable.check(labels)
        let isBareName = !name.isEmpty && !name.hasPrefix(".") && !name.contains("/") && !name.contains("\0")
        guard isBareName else { throw AtlasPackageError.badDescription("the name is not a bare file name") }
        guard image.size == volume.size, Self.agree(image.affine, volume.affine, size: image.size) else {
            throw AtlasPackageError.gridsDiffer
        }
        let present = Set(volume.presentLabels)
        if let missing = labels.first(where: { !present.contains($0.id) }) {
            throw AtlasPackageError.badLabelTable("\(missing.name) (\(missing.id)) is not in the label volume")
        }
        let kept = Set(labels.map(\.id))
        let intensityBytes = RawVoxels.encode(image.values)
        let labelBytes = RawVoxels.encode(volume.values.map { kept.contains($0) ? $0 : 0 })
        let description = describe(image, intensity: intensityBytes, label: labelBytes)
        let encoder = JSONEncoder()
        encoder.outputFormatting = [.prettyPrinted, .sortedKeys, .withoutEscapingSlashes]
        let files = [
            (description.intensityFile.file, intensityBytes.bytes),
            (description.labelFile.file, labelBytes.bytes),
            (AtlasPackage.descriptionName, Array(try encoder.encode(description))),
        ]
        try publish(files, into: folder)
        return description
    }

    private func describe(
        _ image: IntensityVolume,
        intensity: (bytes: [UInt8], element: AtlasVolumeFile.Element),
        label: (bytes: [UInt8], element: AtlasVolumeFile.Element)
    ) -> AtlasDescription {
        func entry(_ stem: String, _ voxels: (bytes: [UInt8], element: AtlasVolumeFile.Element)) -> AtlasVolumeFile {
            AtlasVolumeFile(
                file: "\(stem).\(voxels.element.rawValue)",
                element: voxels.element,
                sha256: voxels.bytes.withUnsafeBytes { SHA256Digest(ofMemory: $0) }
            )
        }
        return AtlasDescription(
            formatVersion: AtlasDescription.currentFormatVersion,
            name: name,
            modality: modality,
            provenance: provenance,
            licence: licence,
            size: image.size,
            affineRows: AtlasDescription.rows(of: image.affine),
            labels: labels.sorted { $0.id < $1.id },
            intensityFile: entry("intensity", intensity),
            labelFile: entry("labels", label),
            reviewedCase: reviewedCase
        )
    }

    private func publish(_ files: [(name: String, bytes: [UInt8])], into folder: RawPath) throws {
        try AtomicFile.createFolder(folder)
        let final = folder.appending(name)
        let suffix = String(UInt64.random(in: .min ... .max), radix: 36)
        let temporary = folder.appending(AtomicFile.temporaryPrefix + suffix)
        try AtomicFile.createFolder(temporary)
        do {
            for file in files {
                try AtomicFile.write(file.bytes, to: temporary.appending(file.name), subject: file.name)
            }
            _ = try AtlasPackage.load(temporary)
            try Self.rename(temporary, to: final, name: name)
            try AtomicFile.syncFolder(folder)
        } catch {
            for file in files { _ = temporary.appending(file.name).withCString { unlink($0) } }
            _ = temporary.withCString { rmdir($0) }
            throw error
        }
    }

    /// See: 'man 2 rename'. A folder that is not empty is not replaced; an empty one is, and nothing is lost by it.
    private static func rename(_ old: RawPath, to new: RawPath, name: String) throws {
        let code = old.withCString { oldName in new.withCString { Glibc.rename(oldName, $0) } }
        guard code != 0 else { return }
        if errno == EEXIST || errno == ENOTEMPTY || errno == ENOTDIR { throw AtlasPackageError.exists(name) }
        throw FileError(operation: "rename", subject: "atlas folder", errno: errno)
    }

    /// Whether two maps put every corner of the volume within a hundredth of a millimetre of the same place.
    private static func agree(_ first: Affine3D, _ second: Affine3D, size: GridSize) -> Bool {
        (0..<8).allSatisfy { corner in
            let index = Vector3(
                corner & 1 == 0 ? 0 : Double(size.x),
                corner & 2 == 0 ? 0 : Double(size.y),
                corner & 4 == 0 ? 0 : Double(size.z)
            )
            return (first(index) - second(index)).length < 0.01
        }
    }
}
