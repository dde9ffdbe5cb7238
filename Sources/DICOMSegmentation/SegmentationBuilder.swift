import DICOMFiles
import DurableFiles
import Foundation
import Geometry

/// Builds BINARY segmentations (PS3.3 section A.51) with dcmdata and a bit packing of its own.
public enum SegmentationBuilder {
    /// The file of a request, or the finding that there is nothing to write.
    ///
    /// Throws ``SegmentationError`` for a request or a source that cannot be written, and `DICOMFileError` when the
    /// identity source cannot be read.
    public static func build(_ request: SegmentationRequest) throws -> SegmentationOutcome {
        let plan = try SegmentationPlan(
            stack: request.volume.stack,
            masks: request.segments.map(\.mask),
            keepsEmpty: request.keepsEmptySegments
        )
        let trackingIDs = request.segments.map(\.description.trackingID)
        guard Set(trackingIDs).count == trackingIDs.count else {
            throw SegmentationError(.invalidRequest, "two segments have the same tracking ID")
        }
        let emptySegments = plan.emptySegments.map { trackingIDs[$0] }
        guard !plan.frames.isEmpty else { return .nothingFound(emptySegments: emptySegments) }
        let draft = try SegmentationDraft(request: request, plan: plan)
        let keptIDs = plan.keptSegments.map { trackingIDs[$0] }
        let (head, pixels) = try draft.encoded()
        return .encoded(
            EncodedSegmentation(
                head: head,
                pixels: pixels,
                sopInstanceUID: draft.uids.sopInstance,
                seriesInstanceUID: draft.uids.series,
                studyInstanceUID: draft.identity.studyInstanceUID,
                frameCount: plan.frames.count,
                segmentNumbers: Dictionary(uniqueKeysWithValues: zip(keptIDs, 1...)),
                emptySegments: emptySegments,
                segmentsOverlap: plan.segmentsOverlap
            )
        )
    }
}

/// A request with all that follows from it, on its way into a data set.
struct SegmentationDraft {
    let request: SegmentationRequest
    let plan: SegmentationPlan
    let identity: SourceIdentity
    let uids: SegmentationUIDs
    let creation: SegmentationDateTime

    init(request: SegmentationRequest, plan: SegmentationPlan) throws {
        let identity = try SourceIdentity(request.header(of: request.volume.frames[0]))
        guard identity.frameOfReferenceUID == request.volume.frameOfReferenceUID else {
            throw SegmentationError(.invalidRequest, "the volume has another frame of reference than its first file")
        }
        self.request = request
        self.plan = plan
        self.identity = identity
        uids = SegmentationUIDs(request: request, plan: plan, identity: identity)
        let zone = request.creation.timeZone.secondsFromGMT(for: request.creation.instant)
        creation = SegmentationDateTime(request.creation.instant, offset: identity.timezoneOffset ?? zone)
    }

    /// The file up to the pixels, and the pixels; a deflated file is one piece.
    func encoded() throws -> (head: [UInt8], pixels: EncodedSegmentation.Pixels?) {
        guard request.encoding != .deflated else { return (try whole(deflated: true), nil) }
        let pixels = EncodedSegmentation.Pixels(frames: plan.frames.map(\.mask), bitsPerFrame: bitsPerFrame)
        let length = pixels.byteCount
        guard length < 0xFFFF_FFFE else {
            throw SegmentationError(.notBuilt, "PixelData: a value field is limited to 4 GiB")
        }
        var head = try dataset().serialized(deflated: false, reserving: 1 << 20)
        // Explicit VR, PS3.5 section 7.1.2: tag (7FE0,0010), OB, two reserved bytes, 32 bits of length. Pixel Data is the
        // last element of the data set.
        head += [0xE0, 0x7F, 0x10, 0x00, UInt8(ascii: "O"), UInt8(ascii: "B"), 0, 0]
        head += (0..<4).map { UInt8(length >> (8 * $0) & 0xFF) }
        return (head, pixels)
    }

    /// The complete file as the toolkit writes it.
    func whole(deflated: Bool) throws -> [UInt8] {
        let builder = try dataset()
        let pixelData = BitStream.joined(plan.frames.map(\.mask), bitsPerFrame: bitsPerFrame)
        try builder.put(pixelData: pixelData)
        return try builder.serialized(deflated: deflated, reserving: deflated ? 1 << 20 : pixelData.count + 1 << 20)
    }

    private var bitsPerFrame: Int { request.volume.rows * request.volume.columns }

    /// All but Pixel Data.
    private func dataset() throws -> DatasetBuilder {
        let builder = try DatasetBuilder()
        let root = builder.root
        try identity.copy(to: root)
        try putSeries(root)
        try putEquipment(root)
        try putImage(root)
        try putContent(root)
        try putSegments(root)
        try putDimensions(root)
        try putReferences(root)
        try putPredecessor(root)
        try putSharedGroups(root)
        try putFrameGroups(root)
        return builder
    }
}
