import DICOMFiles
import Geometry

/// A segmentation that was read: its segments, and a mask for each frame.
public struct Segmentation: Sendable {
    /// An item of Segment Sequence, as far as it is needed to match structures.
    public struct Segment: Sendable, Hashable {
        public let number: Int
        public let label: String
        public let category: CodedConcept?
        public let type: CodedConcept?
        /// AUTOMATIC, SEMIAUTOMATIC or MANUAL; empty where absent.
        public let algorithmType: String
        public let algorithmName: String?
        public let trackingID: String?
        public let trackingUID: String?
    }

    /// One frame: the mask of one segment on one plane.
    public struct Frame: Sendable {
        public let segmentNumber: Int
        /// Where the frame lies; `nil` where the file does not say.
        public let plane: PlaneGeometry?
        /// `nil` for a frame without a pixel.
        public let mask: FrameMask?
        /// The source images that the frame names.
        public let references: [SourceReference]
    }

    public let sopClassUID: String
    public let sopInstanceUID: String
    public let seriesInstanceUID: String
    public let studyInstanceUID: String
    /// `nil` where the file has none.
    public let frameOfReferenceUID: String?
    public let rows: Int
    public let columns: Int
    /// YES, NO or UNDEFINED; `nil` where absent.
    public let segmentsOverlap: String?
    public let segments: [Segment]
    /// In the order of the file.
    public let frames: [Frame]
    /// The instances that Referenced Series Sequence lists, by their series.
    public let referencedSeries: [String: [SourceReference]]
}

/// A source image, or one frame of it, that a segmentation names.
public struct SourceReference: Sendable, Hashable {
    public let sopClassUID: String
    public let sopInstanceUID: String
    /// From 1; `nil` for an image with a single frame.
    public let frameNumber: Int?

    public init(sopClassUID: String, sopInstanceUID: String, frameNumber: Int? = nil) {
        self.sopClassUID = sopClassUID
        self.sopInstanceUID = sopInstanceUID
        self.frameNumber = frameNumber
    }

    /// The reference to a frame of a series.
    public init(_ frame: SourceFrame) {
        self.init(sopClassUID: frame.sopClassUID, sopInstanceUID: frame.sopInstanceUID, frameNumber: frame.frameNumber)
    }
}
