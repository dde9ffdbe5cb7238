import DurableFiles
import Foundation
import Geometry

/// What was run, exactly: the digests of everything that went in, what was decided on the way, and what came out.
///
/// Written as `receipt.json` beside the SEG. It names a study by its UIDs alone; there is nothing else of the patient.
public struct Receipt: Sendable, Codable {
    /// The version of this layout.
    public var format = "preread-receipt-1"
    public var program: Program
    /// ISO 8601, UTC.
    public var created: String
    public var series: Series
    /// The profile, unless prompts came from a file.
    public var profile: Profile?
    /// SHA-256 of the prompt file, unless a profile was used.
    public var promptFile: SHA256Digest?
    public var atlas: Atlas?
    public var model: Model
    public var intensity: [Intensity]
    /// A pixel belongs to a mask where its logit is above this.
    public var maskThreshold: Float = 0
    public var segments: [Segment]
    /// Segments without any pixel, and why.
    public var notFound: [NotFound]
    /// What a reader should look at: gaps, shear, flags of the source.
    public var warnings: [String]
    /// `nil` when no segment has a pixel: no object is written then.
    public var segmentation: Segmentation?
    public var seconds: Seconds

    /// The program that ran.
    public struct Program: Sendable, Codable {
        public var name: String
        public var version: String
        public var dcmtk: String
    }

    /// The source.
    public struct Series: Sendable, Codable {
        public var studyInstanceUID: String
        public var seriesInstanceUID: String
        public var frameOfReferenceUID: String
        public var rows: Int
        public var columns: Int
        /// In order of position along the slice normal.
        public var frames: [Frame]
    }

    /// One source frame.
    public struct Frame: Sendable, Codable {
        public var sop: String
        public var frame: Int?
        /// SHA-256 of the file that holds it.
        public var sha256: SHA256Digest
    }

    /// The profile by identity and content.
    public struct Profile: Sendable, Codable {
        public var id: String
        public var version: String
        public var sha256: SHA256Digest
    }

    /// The atlas and how well it fitted.
    public struct Atlas: Sendable, Codable {
        public var name: String
        public var sha256: SHA256Digest
        /// Scores of the registration by name; higher is better for `zProfile`.
        public var scores: [String: Double]
    }

    /// The network.
    public struct Model: Sendable, Codable {
        public var name: String
        public var architecture: String
        public var sha256: SHA256Digest
        public var precision: String
    }

    /// How modality values became bytes.
    public struct Intensity: Sendable, Codable {
        public var low: Double
        public var high: Double
    }

    /// One segment of the SEG.
    public struct Segment: Sendable, Codable {
        public var number: Int
        public var label: String
        public var atlasLabel: String?
        public var trackingID: String
        public var volumeML: Double
        public var boxes: [Box]
    }

    /// One prompt and what the network said to it.
    public struct Box: Sendable, Codable {
        public var sop: String
        public var frame: Int?
        /// x0, y0, x1, y1 in source pixels; `nil` for points alone.
        public var box: [Double]?
        /// x, y, label.
        public var points: [[Double]]?
        public var predictedIoU: Float
        /// Pixels of the network's mask in this slice before clean-up.
        public var pixels: Int
    }

    /// A segment that is not in the SEG.
    public struct NotFound: Sendable, Codable {
        public var label: String
        public var reason: String
    }

    /// The written object.
    public struct Segmentation: Sendable, Codable {
        public var file: String
        public var sopInstanceUID: String
        public var sha256: SHA256Digest
        public var frames: Int
    }

    /// Wall-clock seconds by step.
    public struct Seconds: Sendable, Codable {
        public var read: Double = 0
        public var prior: Double = 0
        public var encode: Double = 0
        public var decode: Double = 0
        public var write: Double = 0
        public var total: Double = 0
    }

    /// The JSON file's bytes, keys sorted.
    public func jsonBytes() throws -> [UInt8] {
        let encoder = JSONEncoder()
        encoder.outputFormatting = [.sortedKeys, .prettyPrinted, .withoutEscapingSlashes]
        return Array(try encoder.encode(self)) + [UInt8(ascii: "\n")]
    }
}
