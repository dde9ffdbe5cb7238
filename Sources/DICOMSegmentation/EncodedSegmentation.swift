import DurableFiles

/// A segmentation as a complete file in memory, and what a caller needs to know of it.
public struct EncodedSegmentation: Sendable {
    /// The Part-10 file.
    public let bytes: [UInt8]
    /// SOP Instance UID: `2.25.` and a version-5 UUID.
    public let sopInstanceUID: String
    /// Series Instance UID: a series of its own for each segmentation.
    public let seriesInstanceUID: String
    /// The source's study.
    public let studyInstanceUID: String
    /// Number of Frames, empty ones between others included.
    public let frameCount: Int
    /// The number that each segment got, by its tracking ID.
    public let segmentNumbers: [String: Int]
    /// Tracking IDs of the segments that have no pixel and were therefore left out.
    public let emptySegments: [String]
    /// Whether a pixel belongs to two segments.
    public let segmentsOverlap: Bool

    /// SHA-256 of ``bytes``, computed anew each time.
    public var digest: SHA256Digest { bytes.withUnsafeBytes { SHA256Digest(ofMemory: $0) } }
}

/// What came of a request.
public enum SegmentationOutcome: Sendable {
    case encoded(EncodedSegmentation)
    /// No segment has a pixel: there is nothing to write. Holds the tracking IDs of all segments.
    case nothingFound(emptySegments: [String])
}
