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
    /// Whether all source frames spell their orientation, and their spacing and thickness, the same.
    let sharesOrientation: Bool
    let sharesMeasures: Bool
    /// The step of the source's slices; `nil` where it is uneven or the stack is sheared, since no one number is true.
    let regularSpacing: Double?

    init(request: SegmentationRequest, plan: SegmentationPlan) throws {
        let identity = try SourceIdentity(request.header(of: request.volume.frames[0]))
        guard identity.frameOfReferenceUID == request.volume.frameOfReferenceUID else {
            throw SegmentationError(.invalidRequest, "the volume has another frame of reference than its first file")
        }
        self.request = request
        self.plan = plan
        self.identity = identity
        let geometries = request.volume.frames.lazy.map(\.geometry)
        sharesOrientation = geometries.allSatisfy {
            $0.imageOrientationPatient == geometries[0].imageOrientationPatient
        }
        sharesMeasures = geometries.allSatisfy {
            $0.sliceThickness ?? "" == geometries[0].sliceThickness ?? ""
                && $0.pixelSpacing == geometries[0].pixelSpacing
        }
        let stack = request.volume.stack
        regularSpacing = stack.irregularSteps.isEmpty && stack.shearAngle < 0.01 ? stack.spacingBetweenSlices : nil
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
        var head = try headWithFrames()
        // Explicit VR, PS3.5 section 7.1.2: tag (7FE0,0010), OB, two reserved bytes, 32 bits of length. Pixel Data is the
        // last element of the data set.
        head += [0xE0, 0x7F, 0x10, 0x00, UInt8(ascii: "O"), UInt8(ascii: "B"), 0, 0]
        head += Self.littleEndian(length)
        return (head, pixels)
    }

    /// The complete file as the toolkit writes it.
    func whole(deflated: Bool) throws -> [UInt8] {
        let builder = try dataset()
        try putFrameGroups(builder.root)
        let pixelData = BitStream.joined(plan.frames.map(\.mask), bitsPerFrame: bitsPerFrame)
        try builder.put(pixelData: pixelData)
        return try builder.serialized(deflated: deflated, reserving: deflated ? 1 << 20 : pixelData.count + 1 << 20)
    }

    private var bitsPerFrame: Int { request.volume.rows * request.volume.columns }

    /// The file up to Pixel Data. The groups of each frame are a data set of their own, one after the other, and not all in
    /// the toolkit's memory at once, where each takes some kilobytes.
    private func headWithFrames() throws -> [UInt8] {
        var head = try dataset().serialized(deflated: false, reserving: 1 << 20)
        // Explicit VR, PS3.5 sections 7.1.2 and 7.5.1: tag (5200,9230), SQ, two reserved bytes, 32 bits of length; before
        // each item its tag (FFFE,E000) and 32 bits of length. Of all elements but Pixel Data it is the last.
        head += [0x00, 0x52, 0x30, 0x92, UInt8(ascii: "S"), UInt8(ascii: "Q"), 0, 0, 0, 0, 0, 0]
        let start = head.count
        for (index, frame) in plan.frames.enumerated() {
            let builder = try DatasetBuilder()
            try putFrameGroups(of: frame, builder.root)
            let item = try builder.serializedItem()
            if index == 0 { head.reserveCapacity(start + plan.frames.count * (item.count + 24)) }
            head += [0xFE, 0xFF, 0x00, 0xE0] + Self.littleEndian(item.count) + item
        }
        guard head.count - start < 0xFFFF_FFFE else {
            throw SegmentationError(.notBuilt, "PerFrameFunctionalGroupsSequence: a value field is limited to 4 GiB")
        }
        head.replaceSubrange(start - 4..<start, with: Self.littleEndian(head.count - start))
        return head
    }

    private static func littleEndian(_ length: Int) -> [UInt8] { (0..<4).map { UInt8(length >> (8 * $0) & 0xFF) } }

    /// All but the groups of each frame and Pixel Data.
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
        return builder
    }
}
