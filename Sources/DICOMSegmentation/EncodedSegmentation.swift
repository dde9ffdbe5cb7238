import DurableFiles

/// A segmentation as a complete file, and what a caller needs to know of it.
///
/// The pixels stay as small as the masks that they are made from; ``forEachPiece(_:)`` hands out the file without having
/// all of it in memory.
public struct EncodedSegmentation: Sendable {
    /// The masks of the Pixel Data that stand behind ``head``.
    struct Pixels: Sendable {
        /// In the order of the file; `nil` for an empty frame.
        let frames: [FrameMask?]
        let bitsPerFrame: Int

        var byteCount: Int { BitStream.byteCount(frames: frames.count, bitsPerFrame: bitsPerFrame) }
    }

    /// The file, or what of it stands before the value of Pixel Data.
    let head: [UInt8]
    /// `nil` where ``head`` is the whole file.
    let pixels: Pixels?
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

    /// SHA-256 of the file where somebody computed it on the way.
    var knownDigest: SHA256Digest?

    /// The length of the Part-10 file.
    public var byteCount: Int { head.count + (pixels?.byteCount ?? 0) }

    /// The Part-10 file, put together anew each time.
    public var bytes: [UInt8] {
        var bytes: [UInt8] = []
        bytes.reserveCapacity(byteCount)
        forEachPiece { bytes.append(contentsOf: $0) }
        return bytes
    }

    /// SHA-256 of the file; computed anew each time unless it was written by ``SegmentationWriter``.
    public var digest: SHA256Digest {
        if let knownDigest { return knownDigest }
        var accumulator = SHA256Accumulator()
        forEachPiece { accumulator.update($0) }
        return accumulator.digest()
    }

    /// Hands out the file from its beginning to its end: what stands before the pixels, then some frames at a time.
    public func forEachPiece<Failure>(
        _ body: (UnsafeRawBufferPointer) throws(Failure) -> Void
    ) throws(Failure) {
        try Self.hand(head, to: body)
        guard let pixels else { return }
        for first in stride(from: 0, to: pixels.frames.count, by: Self.framesPerPiece) {
            let frames = pixels.frames[first..<min(first + Self.framesPerPiece, pixels.frames.count)]
            try Self.hand(BitStream.joined(Array(frames), bitsPerFrame: pixels.bitsPerFrame), to: body)
        }
    }

    /// So many frames end at the end of a byte, and take an even number of them, whatever their size.
    private static let framesPerPiece = 16

    private static func hand<Failure>(
        _ bytes: [UInt8],
        to body: (UnsafeRawBufferPointer) throws(Failure) -> Void
    ) throws(Failure) {
        try bytes.span.bytes.withUnsafeBytes { buffer throws(Failure) in try body(buffer) }
    }
}

/// What came of a request.
public enum SegmentationOutcome: Sendable {
    case encoded(EncodedSegmentation)
    /// No segment has a pixel: there is nothing to write. Holds the tracking IDs of all segments.
    case nothingFound(emptySegments: [String])
}
