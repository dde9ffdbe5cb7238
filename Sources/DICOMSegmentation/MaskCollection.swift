import DICOMFiles
import Foundation

/// Masks of several structures on one volume in a file that is no DICOM: where the atlas expected them.
public struct MaskCollection: Sendable, Hashable, Codable {
    /// The file beside a result that says where the atlas expected each segment.
    public static let priorsName = "priors.json"

    /// A structure with its mask.
    public struct Member: Sendable, Hashable, Codable {
        /// The Tracking ID that the structure has in segmentations.
        public let key: String
        /// See ``MaskRuns``.
        public let runs: Data

        /// A structure from its parts.
        public init(key: String, runs: Data) {
            self.key = key
            self.runs = runs
        }
    }

    /// The version of this layout.
    public let format: String
    /// Pixel rows of each frame.
    public let rows: Int
    /// Pixel columns of each frame.
    public let columns: Int
    /// SOP Instance UID and frame number from 1 of each slice, in ascending order along the slice normal.
    public let frames: [String]
    /// Structures without a pixel are left out.
    public let segments: [Member]

    /// The masks of structures on a volume, each by its Tracking ID.
    public init(_ masks: [(key: String, mask: SegmentMask)], on volume: ImageVolume) {
        format = "preread-masks-1"
        rows = volume.rows
        columns = volume.columns
        frames = Self.names(of: volume)
        segments = masks.filter { !$0.mask.isEmpty }.map { key, mask in
            Member(key: key, runs: Data(MaskRuns(mask, rows: volume.rows, columns: volume.columns).bytes))
        }
    }

    /// Whether the masks are on this volume, slice for slice.
    public func fits(_ volume: ImageVolume) -> Bool {
        format == "preread-masks-1" && rows == volume.rows && columns == volume.columns
            && frames == Self.names(of: volume)
    }

    private static func names(of volume: ImageVolume) -> [String] {
        volume.frames.map { "\($0.sopInstanceUID)#\($0.frameNumber ?? 1)" }
    }

    /// The JSON file's bytes, keys sorted.
    public func jsonBytes() throws -> [UInt8] {
        let encoder = JSONEncoder()
        encoder.outputFormatting = [.sortedKeys, .withoutEscapingSlashes]
        return Array(try encoder.encode(self))
    }
}
