import DICOMFiles
import Geometry

/// A segmentation that was read: its segments, and a mask for each frame.
public struct Segmentation: Sendable {
    /// An item of Segment Sequence, as far as it is needed to match structures.
    public struct Segment: Sendable, Hashable {
        /// Segment Number.
        public let number: Int
        /// Segment Label; empty where absent.
        public let label: String
        /// Segmented Property Category; `nil` where absent or incomplete.
        public let category: CodedConcept?
        /// Segmented Property Type; `nil` where absent or incomplete.
        public let type: CodedConcept?
        /// Segmented Property Type Modifiers, laterality for one; incomplete ones are left out.
        public let typeModifiers: [CodedConcept]
        /// AUTOMATIC, SEMIAUTOMATIC or MANUAL; empty where absent.
        public let algorithmType: String
        /// Segment Algorithm Name.
        public let algorithmName: String?
        /// Tracking ID.
        public let trackingID: String?
        /// Tracking UID: what names the structure however segments are numbered.
        public let trackingUID: String?
    }

    /// One frame: the mask of one segment on one plane.
    public struct Frame: Sendable {
        /// The segment that the mask belongs to.
        public let segmentNumber: Int
        /// Where the frame lies; `nil` where the file does not say.
        public let plane: PlaneGeometry?
        /// `nil` for a frame without a pixel.
        public let mask: FrameMask?
        /// The source images that the frame names.
        public let references: [SourceReference]
    }

    /// Segmentation Type (0062,0001).
    public enum SegmentationType: String, Sendable, Hashable {
        /// One bit for each pixel.
        case binary = "BINARY"
        /// Probability or occupancy; read as a mask of what is at least half of the maximum.
        case fractional = "FRACTIONAL"
        /// Segment numbers as pixel values; each frame is read as one mask for each segment in it.
        case labelMap = "LABELMAP"
    }

    /// How the file holds its masks.
    public let type: SegmentationType
    /// SOP Class UID of the segmentation.
    public let sopClassUID: String
    /// SOP Instance UID of the segmentation.
    public let sopInstanceUID: String
    /// Series Instance UID of the segmentation.
    public let seriesInstanceUID: String
    /// Study Instance UID.
    public let studyInstanceUID: String
    /// `nil` where the file has none.
    public let frameOfReferenceUID: String?
    /// Pixels in a column of each frame.
    public let rows: Int
    /// Pixels in a row of each frame.
    public let columns: Int
    /// YES, NO or UNDEFINED; `nil` where absent.
    public let segmentsOverlap: String?
    /// In the order of the file, without the background of a label map.
    public let segments: [Segment]
    /// In the order of the file.
    public let frames: [Frame]
    /// The instances that Referenced Series Sequence lists, by their series.
    public let referencedSeries: [String: [SourceReference]]
}

extension Segmentation {
    /// The same with its frames.
    init(_ described: Segmentation, frames: [Frame]) {
        self.init(
            type: described.type,
            sopClassUID: described.sopClassUID,
            sopInstanceUID: described.sopInstanceUID,
            seriesInstanceUID: described.seriesInstanceUID,
            studyInstanceUID: described.studyInstanceUID,
            frameOfReferenceUID: described.frameOfReferenceUID,
            rows: described.rows,
            columns: described.columns,
            segmentsOverlap: described.segmentsOverlap,
            segments: described.segments,
            frames: frames,
            referencedSeries: described.referencedSeries
        )
    }
}

/// A source image, or one frame of it, that a segmentation names.
public struct SourceReference: Sendable, Hashable {
    /// Referenced SOP Class UID; empty where absent.
    public let sopClassUID: String
    /// Referenced SOP Instance UID.
    public let sopInstanceUID: String
    /// From 1; `nil` for an image with a single frame.
    public let frameNumber: Int?

    /// A reference from its parts.
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
