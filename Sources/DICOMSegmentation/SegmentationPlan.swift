import Geometry

/// Which frames a segmentation has, in which order, before any DICOM is written.
///
/// Each segment has frames from its first to its last slice that is not empty, *with* the empty ones between: viewers
/// place segments with holes wrongly. Slices go by position along the normal, never by instance number.
struct SegmentationPlan {
    /// One frame of the segmentation.
    struct Frame: Equatable {
        /// From 1, without gaps.
        let segmentNumber: Int
        /// Index of the source frame in the volume.
        let source: Int
        /// Number of the position among those that are used, from 1, ascending along the slice normal.
        let positionIndex: Int
        /// `nil` for an empty frame.
        let mask: FrameMask?
    }

    let frames: [Frame]
    /// Indices of the request's segments that are written; segment number = index here + 1.
    let keptSegments: [Int]
    /// Indices of the request's segments that have no pixel.
    let emptySegments: [Int]
    /// Whether a pixel belongs to two segments.
    let segmentsOverlap: Bool

    /// Each mask has one entry for each plane of the stack, which is in ascending order along the slice normal.
    ///
    /// Where empty segments are kept and there is nothing else, the first gets one empty frame: an image has at least one.
    init(stack: SliceStack, masks: [SegmentMask], keepsEmpty: Bool = false) throws(SegmentationError) {
        for mask in masks {
            guard mask.frames.count == stack.planes.count else {
                throw SegmentationError(.invalidRequest, "a mask has not one entry for each source frame")
            }
            for frame in mask.frames {
                guard let frame else { continue }
                guard frame.rows == stack.rows, frame.columns == stack.columns else {
                    throw SegmentationError(.invalidRequest, "a mask has another size than its source frame")
                }
            }
        }
        let kept = masks.indices.filter { keepsEmpty || !masks[$0].isEmpty }
        var ranges = kept.map { Self.usedRange(masks[$0]) }
        if !ranges.isEmpty, ranges.allSatisfy(\.isEmpty) { ranges[0] = 0..<1 }
        let used = Set(ranges.joined()).sorted()
        let positionIndex = Dictionary(uniqueKeysWithValues: zip(used, 1...))
        var frames: [Frame] = []
        for (number, (segment, range)) in zip(1..., zip(kept, ranges)) {
            for slice in range {
                guard let position = positionIndex[slice] else { continue }
                frames.append(
                    Frame(
                        segmentNumber: number,
                        source: slice,
                        positionIndex: position,
                        mask: masks[segment][slice]
                    )
                )
            }
        }
        self.frames = frames
        self.keptSegments = kept
        self.emptySegments = keepsEmpty ? [] : masks.indices.filter { masks[$0].isEmpty }
        self.segmentsOverlap = Self.overlap(kept.map { masks[$0] })
    }

    /// The slices of a mask that is not empty, from the first to the last that holds a pixel.
    private static func usedRange(_ mask: SegmentMask) -> Range<Int> {
        let used = mask.frames.indices.filter { mask[$0] != nil }
        guard let first = used.first, let last = used.last else { return 0..<0 }
        return first..<last + 1
    }

    private static func overlap(_ masks: [SegmentMask]) -> Bool {
        guard let frameCount = masks.first?.frames.count else { return false }
        for frame in 0..<frameCount {
            let present = masks.compactMap { $0[frame]?.packed }
            guard var seen = present.first else { continue }
            for bits in present.dropFirst() {
                for byte in seen.indices {
                    if seen[byte] & bits[byte] != 0 { return true }
                    seen[byte] |= bits[byte]
                }
            }
        }
        return false
    }
}
