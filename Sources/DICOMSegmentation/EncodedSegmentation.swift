/// A segmentation as a complete file in memory, and what a caller needs to know of it.
public struct EncodedSegmentation: Sendable {
    /// The Part-10 file.
    public let bytes: [UInt8]
    public let sopInstanceUID: String
    public let seriesInstanceUID: String
    public let studyInstanceUID: String
    public let frameCount: Int
    /// The number that each segment got, by its tracking ID.
    public let segmentNumbers: [String: Int]
    /// Tracking IDs of the segments that have no pixel and were therefore left out.
    public let emptySegments: [String]
    public let segmentsOverlap: Bool
}

/// What came of a request.
public enum SegmentationOutcome: Sendable {
    case encoded(EncodedSegmentation)
    /// No segment has a pixel: there is nothing to write. Holds the tracking IDs of all segments.
    case nothingFound(emptySegments: [String])
}
