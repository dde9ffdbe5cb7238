import DurableFiles
import Foundation
import Geometry

/// What was run, exactly: the digests of everything that went in, what was decided on the way, and what came out.
///
/// Written as `receipt.json` beside the SEG. It names a study by its UIDs alone; there is nothing else of the patient.
public struct Receipt: Sendable, Codable {
    /// The version of this layout.
    public var format = "preread-receipt-1"
    /// The program that ran.
    public var program: Program
    /// ISO 8601, UTC.
    public var created: String
    /// The source.
    public var series: Series
    /// The profile, unless prompts came from a file.
    public var profile: Profile?
    /// SHA-256 of the prompt file, unless a profile was used.
    public var promptFile: SHA256Digest?
    /// The atlas, where one was used; of several the one that counted most.
    public var atlas: Atlas?
    /// Every atlas that was laid over the series, those that were refused too; `nil` where there was only one, or none.
    public var atlases: [AtlasVote]?
    /// The network.
    public var model: Model
    /// One for each rule, in the order of the segments.
    public var intensity: [Intensity]
    /// A pixel belongs to a mask where its logit is above this.
    public var maskThreshold: Float = 0
    /// The segments of the SEG.
    public var segments: [Segment]
    /// Segments without any pixel, and why.
    public var notFound: [NotFound]
    /// What a reader should look at: gaps, shear, flags of the source.
    public var warnings: [String]
    /// `nil` when no segment has a pixel: no object is written then.
    public var segmentation: Segmentation?
    /// Wall-clock seconds by step.
    public var seconds: Seconds
    /// The largest resident memory of the process so far, in MB.
    public var peakMemoryMB: Double

    /// The program that ran.
    public struct Program: Sendable, Codable {
        /// For example `preread`.
        public var name: String
        /// The program's version.
        public var version: String
        /// The version of the DICOM toolkit.
        public var dcmtk: String
    }

    /// The source.
    public struct Series: Sendable, Codable {
        /// Study Instance UID.
        public var studyInstanceUID: String
        /// Series Instance UID.
        public var seriesInstanceUID: String
        /// Frame of Reference UID.
        public var frameOfReferenceUID: String
        /// Pixel rows of each frame.
        public var rows: Int
        /// Pixel columns of each frame.
        public var columns: Int
        /// In order of position along the slice normal.
        public var frames: [Frame]
    }

    /// One source frame.
    public struct Frame: Sendable, Codable {
        /// SOP Instance UID.
        public var sop: String
        /// The number in a multi-frame image, from 1.
        public var frame: Int?
        /// SHA-256 of the file that holds it.
        public var sha256: SHA256Digest
    }

    /// The profile by identity and content.
    public struct Profile: Sendable, Codable {
        /// The profile's id.
        public var id: String
        /// The profile's version.
        public var version: String
        /// SHA-256 of the profile's file.
        public var sha256: SHA256Digest
    }

    /// The atlas and how well it fitted.
    public struct Atlas: Sendable, Codable {
        /// The name of the package.
        public var name: String
        /// SHA-256 of the package's description.
        public var sha256: SHA256Digest
        /// Scores of the registration by name; higher is better for `zProfile`.
        public var scores: [String: Double]
    }

    /// One of several atlases: its share of the vote, or why it has none.
    public struct AtlasVote: Sendable, Codable {
        /// The name of the package.
        public var name: String
        /// SHA-256 of the package's description.
        public var sha256: SHA256Digest
        /// Scores of the registration by name; `nil` where it was refused.
        public var scores: [String: Double]?
        /// 0…1; the weights of a receipt add up to 1. `nil` where the atlas was refused.
        public var weight: Double?
        /// Why the atlas has no vote, as a stable word.
        public var refusal: String?
        /// The same as a sentence for people.
        public var reason: String?
    }

    /// The network.
    public struct Model: Sendable, Codable {
        /// The name of the package.
        public var name: String
        /// For example `sam-med2d`.
        public var architecture: String
        /// SHA-256 of the weights.
        public var sha256: SHA256Digest
        /// The arithmetic of the encoder, for example `fp32`.
        public var precision: String
    }

    /// How modality values became bytes.
    public struct Intensity: Sendable, Codable {
        /// The modality value that became 0.
        public var low: Double
        /// The modality value that became 255.
        public var high: Double
    }

    /// One segment of the SEG.
    public struct Segment: Sendable, Codable {
        /// Segment Number in the SEG.
        public var number: Int
        /// Segment Label.
        public var label: String
        /// The structure's name in the atlas.
        public var atlasLabel: String?
        /// Tracking ID.
        public var trackingID: String
        /// Millilitres.
        public var volumeML: Double
        /// In ascending order of slices.
        public var boxes: [Box]
        /// The median over slices of predicted IoU × agreement with the prior; `nil` where no prior had a say.
        public var confidence: Double?
        /// In how many slices the mask is the atlas prior's and not the network's; `nil` where no prior had a say.
        public var priorDerivedSlices: Int?
        /// The mean of the modality values in the mask; `nil` where the profile does not ask for it.
        public var meanValue: Double?
    }

    /// One prompt and what the network said to it.
    public struct Box: Sendable, Codable {
        /// SOP Instance UID of the image.
        public var sop: String
        /// The number in a multi-frame image, from 1.
        public var frame: Int?
        /// x0, y0, x1, y1 in source pixels; `nil` for points alone.
        public var box: [Double]?
        /// x, y, label.
        public var points: [[Double]]?
        /// What the network thinks of its mask.
        public var predictedIoU: Float
        /// Pixels of the network's mask in this slice before clean-up.
        public var pixels: Int
        /// Dice of the network's mask and the prior's; `nil` where no prior had a say.
        public var agreement: Double?
        /// Whose mask the slice has; `nil` where no prior had a say.
        public var origin: SegmentDecision.Origin?
    }

    /// A segment that is not in the SEG.
    public struct NotFound: Sendable, Codable {
        /// Segment Label.
        public var label: String
        /// A sentence for people.
        public var reason: String
        /// The median over slices of predicted IoU × agreement; `nil` where nothing was asked or no prior had a say.
        public var confidence: Double?
        /// The boxes that a person may start from; `nil` where there are none.
        public var proposed: [Box]?
    }

    /// The written object.
    public struct Segmentation: Sendable, Codable {
        /// The name in the receipt's folder.
        public var file: String
        /// SOP Instance UID of the SEG.
        public var sopInstanceUID: String
        /// SHA-256 of the file.
        public var sha256: SHA256Digest
        /// Number of Frames.
        public var frames: Int
    }

    /// Wall-clock seconds by step.
    public struct Seconds: Sendable, Codable {
        /// Reading prompted slices.
        public var read: Double = 0
        /// Reading the volume, and fitting the atlas.
        public var prior: Double = 0
        /// The image encoder.
        public var encode: Double = 0
        /// The mask decoder.
        public var decode: Double = 0
        /// Building, writing and verifying the SEG.
        public var write: Double = 0
        /// From the start of the run to the receipt.
        public var total: Double = 0
    }

    /// The JSON file's bytes, keys sorted.
    public func jsonBytes() throws -> [UInt8] {
        let encoder = JSONEncoder()
        encoder.outputFormatting = [.sortedKeys, .prettyPrinted, .withoutEscapingSlashes]
        return Array(try encoder.encode(self)) + [UInt8(ascii: "\n")]
    }
}
