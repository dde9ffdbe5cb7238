import DICOMFiles
import DurableFiles
import Geometry

/// Compares a written file with the request, through the reader and not through anything that built it.
public enum SegmentationVerifier {
    /// Throws a ``SegmentationError`` with code ``SegmentationError/Code/verificationFailed`` unless the file is, byte
    /// by byte, the segmentation, and its geometry, references and every bit of its masks are those of the request.
    public static func verify(
        _ path: RawPath,
        holds expected: EncodedSegmentation,
        of request: SegmentationRequest
    ) throws {
        guard try SHA256Digest(ofFile: path) == expected.digest else {
            throw failure("the bytes on disk are not the ones that were written")
        }
        let (found, frames) = try readingBack { try SegmentationReader.describe(SegmentationReader.open(path)) }
        try require(found.type == .binary, "SegmentationType is not BINARY")
        try require(frames.count == expected.frameCount, "NumberOfFrames differs")
        try compareIdentity(found, expected, request)
        try compareFrames(frames, expected, request)
    }

    private static func readingBack<Result>(_ body: () throws -> Result) throws(SegmentationError) -> Result {
        do {
            return try body()
        } catch {
            throw failure("it cannot be read back: \(error)")
        }
    }

    private static func failure(_ what: String) -> SegmentationError {
        SegmentationError(.verificationFailed, what + "; nothing was published")
    }

    private static func require(_ condition: Bool, _ what: @autoclosure () -> String) throws(SegmentationError) {
        guard condition else { throw failure(what()) }
    }

    private static func compareIdentity(
        _ found: Segmentation,
        _ expected: EncodedSegmentation,
        _ request: SegmentationRequest
    ) throws(SegmentationError) {
        try require(found.sopInstanceUID == expected.sopInstanceUID, "SOPInstanceUID differs")
        try require(found.seriesInstanceUID == expected.seriesInstanceUID, "SeriesInstanceUID differs")
        try require(found.segmentsOverlap == (expected.segmentsOverlap ? "YES" : "NO"), "SegmentsOverlap differs")
        let numbers = found.segments.compactMap { segment in segment.trackingID.map { ($0, segment.number) } }
        try require(
            Dictionary(numbers) { first, _ in first } == expected.segmentNumbers,
            "the segments are not numbered as they were"
        )
        let listed = Set(found.referencedSeries.values.joined().map(\.sopInstanceUID))
        try require(listed == Set(request.volume.frames.map(\.sopInstanceUID)), "the list of source instances differs")
        try require(found.studyInstanceUID == request.source.studyInstanceUID, "StudyInstanceUID is not the source's")
        try require(
            found.frameOfReferenceUID == request.volume.frameOfReferenceUID,
            "FrameOfReferenceUID is not the source's"
        )
    }

    /// Each frame lies on the source frame that it names, its mask is the one that was asked for there, no frame is there
    /// twice, and no pixel of the request is missing. One frame is in memory at a time.
    private static func compareFrames(
        _ frames: SegmentationFrames,
        _ expected: EncodedSegmentation,
        _ request: SegmentationRequest
    ) throws(SegmentationError) {
        let source = request.volume.frames
        let sources = Dictionary(source.indices.map { (SourceReference(source[$0]), $0) }) { first, _ in first }
        let masks = masksByNumber(expected, request)
        var pixels: [Int: Int] = [:]
        var seen: [Int: Set<Int>] = [:]
        for number in 1...max(frames.count, 1) {
            let name = "frame \(number)"
            let found = try readingBack { try frames.frames(at: number - 1) }
            guard let frame = found.first, found.count == 1 else { throw failure("\(name) is not one mask") }
            guard frame.references.count == 1, let index = sources[frame.references[0]] else {
                throw failure("\(name) does not name one source frame")
            }
            guard let plane = frame.plane, let mask = masks[frame.segmentNumber] else {
                throw failure("\(name) has no geometry or no segment")
            }
            try require(plane.coincides(with: source[index].plane), "\(name) lies elsewhere")
            try require(frame.mask == mask[index], "\(name) has other pixels")
            let isFirst = seen[frame.segmentNumber, default: []].insert(index).inserted
            try require(isFirst, "segment \(frame.segmentNumber) has a frame twice")
            pixels[frame.segmentNumber, default: 0] += frame.mask?.pixelCount ?? 0
        }
        for (number, mask) in masks {
            try require(pixels[number, default: 0] == mask.pixelCount, "segment \(number) has other pixels")
        }
    }

    private static func masksByNumber(
        _ expected: EncodedSegmentation,
        _ request: SegmentationRequest
    ) -> [Int: SegmentMask] {
        let numbered = request.segments.compactMap { segment in
            expected.segmentNumbers[segment.description.trackingID].map { ($0, segment.mask) }
        }
        return Dictionary(numbered) { first, _ in first }
    }
}

extension PlaneGeometry {
    /// Whether two planes are the same within what 16 characters can hold: 1e-3 mm and 1e-5 of the directions.
    func coincides(with other: PlaneGeometry) -> Bool {
        rows == other.rows && columns == other.columns
            && (position - other.position).length < 1e-3
            && (rowDirection - other.rowDirection).length < 1e-5
            && (columnDirection - other.columnDirection).length < 1e-5
            && abs(rowSpacing - other.rowSpacing) < 1e-5
            && abs(columnSpacing - other.columnSpacing) < 1e-5
    }
}
