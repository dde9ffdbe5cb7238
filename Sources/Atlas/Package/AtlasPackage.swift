import DurableFiles
import Foundation
import Geometry

/// An atlas as a folder: `atlas.json` and two raw volumes.
public enum AtlasPackage {
    /// The name of the description in an atlas's folder.
    public static let descriptionName = "atlas.json"

    /// Reads the description alone.
    ///
    /// Throws ``AtlasPackageError``, or `FileError` where a file cannot be read.
    public static func description(of folder: RawPath) throws -> AtlasDescription {
        let bytes = try ReadOnlyFile(folder.appending(descriptionName), subject: descriptionName).readAll(
            limit: 1 << 22
        )
        let description: AtlasDescription
        do {
            description = try JSONDecoder().decode(AtlasDescription.self, from: Data(bytes))
        } catch {
            throw AtlasPackageError.badDescription("not the JSON that an atlas has (\(Self.place(of: error)))")
        }
        try check(description)
        return description
    }

    /// Reads and verifies a whole atlas: each volume must have the SHA-256 in the description.
    public static func load(_ folder: RawPath) throws -> Atlas {
        let description = try description(of: folder)
        guard let affine = description.affine else { throw AtlasPackageError.badDescription("affineRows is no map") }
        let intensityBytes = try volume(description.intensityFile, of: description, in: folder)
        let labelBytes = try volume(description.labelFile, of: description, in: folder)
        let intensities = RawVoxels.floats(intensityBytes, description.intensityFile.element)
        guard intensities.allSatisfy(\.isFinite) else {
            throw AtlasPackageError.badDescription("the image has values that are not finite")
        }
        return Atlas(
            description: description,
            intensities: IntensityVolume(
                size: description.size,
                affine: affine,
                values: intensities,
                modality: description.modality
            ),
            labels: LabelVolume(
                size: description.size,
                affine: affine,
                values: RawVoxels.labels(labelBytes, description.labelFile.element)
            )
        )
    }

    private static func check(_ description: AtlasDescription) throws(AtlasPackageError) {
        guard description.formatVersion == AtlasDescription.currentFormatVersion else {
            throw .unsupportedFormat(description.formatVersion)
        }
        guard description.affine != nil else { throw .badDescription("affineRows is no map with an inverse") }
        switch description.labelFile.element {
        case .uint8, .uint16: break
        case .int16, .float32: throw .badDescription("labels are u8 or u16")
        }
        switch description.intensityFile.element {
        case .int16, .float32: break
        case .uint8, .uint16: throw .badDescription("intensities are i16 or f32")
        }
        try AtlasLabelTable.check(description.labels)
    }

    private static func volume(
        _ entry: AtlasVolumeFile,
        of description: AtlasDescription,
        in folder: RawPath
    ) throws -> [UInt8] {
        guard !entry.file.isEmpty, !entry.file.hasPrefix("."), !entry.file.contains("/") else {
            throw AtlasPackageError.badDescription("a volume's file is not a bare name")
        }
        let expected = description.size.count * entry.element.byteCount
        let bytes = try ReadOnlyFile(folder.appending(entry.file), subject: entry.file).readAll(limit: 1 << 31)
        guard bytes.count == expected else {
            throw AtlasPackageError.wrongLength(file: entry.file, bytes: bytes.count, expected: expected)
        }
        let digest = bytes.withUnsafeBytes { SHA256Digest(ofMemory: $0) }
        guard digest == entry.sha256 else { throw AtlasPackageError.digestMismatch(file: entry.file) }
        return bytes
    }

    /// The key path of a decoding error; the text of Foundation's own messages is not stable.
    private static func place(of error: any Error) -> String {
        let path: [any CodingKey]
        switch error {
        case DecodingError.keyNotFound(let key, let context): path = context.codingPath + [key]
        case DecodingError.typeMismatch(_, let context), DecodingError.valueNotFound(_, let context),
            DecodingError.dataCorrupted(let context):
            path = context.codingPath
        default: path = []
        }
        return path.isEmpty ? "top level" : path.map(\.stringValue).joined(separator: ".")
    }
}
