import DurableFiles
import Geometry

/// What stands in an atlas's `atlas.json`.
public struct AtlasDescription: Sendable, Hashable, Codable {
    /// The version of the package layout that this program reads and writes.
    public static let currentFormatVersion = 1

    /// The version of the package layout.
    public let formatVersion: Int
    /// The atlas's name; the folder has the same.
    public let name: String
    /// What made the intensities.
    public let modality: AtlasModality
    /// Where intensities and labels come from, in words; how the labels were made belongs here.
    public let provenance: String
    /// The licence of the data, an SPDX identifier where there is one.
    public let licence: String
    /// Voxels along i, j and k.
    public let size: GridSize
    /// (i, j, k) → LPS, three rows of four numbers, millimetres.
    public let affineRows: [[Double]]
    /// Ascending by id.
    public let labels: [AtlasLabel]
    /// The scan, `i16` or `f32`.
    public let intensityFile: AtlasVolumeFile
    /// The labels, `u8` or `u16`.
    public let labelFile: AtlasVolumeFile
    /// The reviewed case that the atlas was made from; `nil` for an atlas from files.
    public var reviewedCase: AtlasCase?

    /// (i, j, k) → LPS, or `nil` where the rows are no map with an inverse.
    public var affine: Affine3D? {
        guard affineRows.count == 3, affineRows.allSatisfy({ $0.count == 4 && $0.allSatisfy(\.isFinite) }) else {
            return nil
        }
        func column(_ index: Int) -> Vector3 {
            Vector3(affineRows[0][index], affineRows[1][index], affineRows[2][index])
        }
        let affine = Affine3D(xColumn: column(0), yColumn: column(1), zColumn: column(2), translation: column(3))
        return affine.inverse == nil ? nil : affine
    }

    /// The label with this name, compared as written.
    public func label(named name: String) -> AtlasLabel? { labels.first { $0.name == name } }

    static func rows(of affine: Affine3D) -> [[Double]] {
        [
            [affine.xColumn.x, affine.yColumn.x, affine.zColumn.x, affine.translation.x],
            [affine.xColumn.y, affine.yColumn.y, affine.zColumn.y, affine.translation.y],
            [affine.xColumn.z, affine.yColumn.z, affine.zColumn.z, affine.translation.z],
        ]
    }
}

/// The reviewed case that an atlas was made from: UIDs and digests, and nothing else of the patient.
public struct AtlasCase: Sendable, Hashable, Codable {
    /// The profile that the case was reviewed under.
    public let profile: String
    /// Study Instance UID.
    public let studyInstanceUID: String
    /// Series Instance UID.
    public let seriesInstanceUID: String
    /// SOP Instance UID of the segmentation that a person stands behind.
    public let segmentationUID: String
    /// Of that segmentation's file.
    public let segmentationSHA256: SHA256Digest
    /// Of the digests of all images, ascending by their text, with line feeds between them.
    public let imagesSHA256: SHA256Digest
    /// The site's salted key of the patient, by which a judge is told from an atlas.
    public let patient: String

    /// A case by its parts.
    public init(
        profile: String,
        studyInstanceUID: String,
        seriesInstanceUID: String,
        segmentation: (uid: String, sha256: SHA256Digest),
        imagesSHA256: SHA256Digest,
        patient: String
    ) {
        self.profile = profile
        self.studyInstanceUID = studyInstanceUID
        self.seriesInstanceUID = seriesInstanceUID
        segmentationUID = segmentation.uid
        segmentationSHA256 = segmentation.sha256
        self.imagesSHA256 = imagesSHA256
        self.patient = patient
    }
}

/// One structure of an atlas.
public struct AtlasLabel: Sendable, Hashable, Codable {
    /// The value in the label volume, from 1.
    public let id: UInt16
    /// For example `liver`; unique in its atlas.
    public let name: String
    /// What the structure is in a coding scheme, where known.
    public let code: AtlasCode?

    /// The atlas's name; the folder has the same.
    public init(id: UInt16, name: String, code: AtlasCode? = nil) {
        self.id = id
        self.name = name
        self.code = code
    }
}

/// A coded concept (PS3.3 section 8.8): value, scheme and meaning.
public struct AtlasCode: Sendable, Hashable, Codable {
    /// The Code Value.
    public let value: String
    /// The Coding Scheme Designator, for example `SCT`.
    public let scheme: String
    /// The Code Meaning.
    public let meaning: String

    /// The Code Value.
    public init(value: String, scheme: String, meaning: String) {
        self.value = value
        self.scheme = scheme
        self.meaning = meaning
    }
}

/// One raw volume file of an atlas, little endian, i fastest.
public struct AtlasVolumeFile: Sendable, Hashable, Codable {
    /// The number format of one voxel.
    public enum Element: String, Sendable, Hashable, Codable {
        case uint8 = "u8"
        case uint16 = "u16"
        case int16 = "i16"
        case float32 = "f32"

        var byteCount: Int {
            switch self {
            case .uint8: 1
            case .uint16, .int16: 2
            case .float32: 4
            }
        }
    }

    /// A bare file name in the atlas's folder.
    public let file: String
    /// How a voxel is stored.
    public let element: Element
    /// The digest of the file's bytes.
    public let sha256: SHA256Digest
}
