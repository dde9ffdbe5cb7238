import DICOMFiles
import Geometry

extension Segmentation {
    /// The mask of each segment, by its number, on the frames of the volume that it was drawn on.
    ///
    /// A frame is matched by the SOP Instance UID and frame number that it names, and its position must agree; a frame
    /// that names no source is matched by its position alone. Cropped, mirrored and turned frames are put where they
    /// belong as long as pixels fall on pixels. A frame without a pixel needs no match.
    ///
    /// - Throws: ``SegmentationError`` with code ``SegmentationError/Code/doesNotMatchSeries`` when any pixel has no
    ///   certain place on the frames; a mask is never shifted or dropped.
    public func masks(on volume: ImageVolume) throws(SegmentationError) -> [Int: SegmentMask] {
        guard frameOfReferenceUID == nil || frameOfReferenceUID == volume.frameOfReferenceUID else {
            throw SegmentationError(.doesNotMatchSeries, "the segmentation has another frame of reference")
        }
        let sourceFrames = volume.frames
        let byReference = sourceFrames.indices.reduce(into: [:]) { found, index in
            found[SourceReference(sourceFrames[index]).key] = index
        }
        let empty = SegmentMask(frameCount: sourceFrames.count)
        var masks = Dictionary(uniqueKeysWithValues: segments.map { ($0.number, empty) })
        for (index, frame) in frames.enumerated() {
            guard let mask = frame.mask else { continue }
            let (target, placed) = try place(mask, of: frame, index: index, on: sourceFrames, byReference: byReference)
            guard masks[frame.segmentNumber]?[target] == nil else {
                throw SegmentationError(
                    .inconsistent,
                    "segment \(frame.segmentNumber) has two frames on one source frame"
                )
            }
            masks[frame.segmentNumber]?[target] = placed
        }
        return masks
    }

    private func place(
        _ mask: FrameMask,
        of frame: Frame,
        index: Int,
        on sourceFrames: [SourceFrame],
        byReference: [SourceReference.Key: Int]
    ) throws(SegmentationError) -> (target: Int, mask: FrameMask) {
        let named = frame.references.compactMap { byReference[$0.key] }
        guard frame.references.isEmpty || !named.isEmpty else {
            throw SegmentationError(.doesNotMatchSeries, "frame \(index + 1) names a source that is not in the series")
        }
        guard let plane = frame.plane else { return try place(mask, withoutPlane: index, on: sourceFrames, named) }
        let candidates = frame.references.isEmpty ? Array(sourceFrames.indices) : named
        let aligned = candidates.compactMap { candidate in
            PlaneAlignment(from: plane, to: sourceFrames[candidate].plane).map { (candidate, $0) }
        }
        guard let (target, alignment) = aligned.first, aligned.count == 1 else {
            throw SegmentationError(
                .doesNotMatchSeries,
                aligned.isEmpty
                    ? "frame \(index + 1) lies on no source frame, or its pixels do not fall on pixels"
                    : "frame \(index + 1) lies on several source frames"
            )
        }
        guard let placed = alignment.placed(mask) else {
            throw SegmentationError(.doesNotMatchSeries, "frame \(index + 1) has pixels outside its source frame")
        }
        return (target, placed)
    }

    /// Some software leaves Plane Position out. One named source of the same size is then certain enough.
    private func place(
        _ mask: FrameMask,
        withoutPlane index: Int,
        on sourceFrames: [SourceFrame],
        _ named: [Int]
    ) throws(SegmentationError) -> (target: Int, mask: FrameMask) {
        guard named.count == 1, sourceFrames[named[0]].plane.rows == mask.rows,
            sourceFrames[named[0]].plane.columns == mask.columns
        else {
            throw SegmentationError(
                .doesNotMatchSeries,
                "frame \(index + 1) has neither a position nor one source of its size"
            )
        }
        return (named[0], mask)
    }
}

extension SourceReference {
    /// What identifies the frame; software is careless with the SOP class.
    struct Key: Hashable {
        let sopInstanceUID: String
        let frameNumber: Int
    }

    /// A single frame may be named with the number 1 or without.
    var key: Key { Key(sopInstanceUID: sopInstanceUID, frameNumber: frameNumber ?? 1) }
}
