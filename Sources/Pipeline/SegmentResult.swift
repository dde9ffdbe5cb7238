import DICOMSegmentation
import Geometry
import SegmentAnything

/// The masks of one planned segment after clean-up, and what led to them.
struct SegmentResult {
    let segment: PromptPlan.Segment
    /// One entry for each slice of the stack.
    let mask: SegmentMask
    let answers: [SliceSegmenter.Answer]

    /// Why there is no mask, where there were prompts.
    var reasonForNothing: String {
        let drawn = answers.filter { !$0.mask.isEmpty }
        return drawn.isEmpty
            ? "the network found nothing inside its boxes"
            : "the network thought too little of each of its \(drawn.count) masks"
    }

    /// Gathers a segment's answers: several prompts of one slice give the union of their masks; masks of which the
    /// network thinks too little are left out; then clean-up as the segment asks.
    init(segment: PromptPlan.Segment, answers: [SliceSegmenter.Answer], stack: SliceStack) {
        self.segment = segment
        self.answers = answers
        var frames = [FrameMask?](repeating: nil, count: stack.planes.count)
        for answer in answers where Double(answer.predictedIoU) >= segment.minimumPredictedIoU {
            frames[answer.slice] = frames[answer.slice].map { $0.union(answer.mask) } ?? answer.mask
        }
        mask = SegmentMask(frames: Self.cleaned(frames, segment: segment, rows: stack.rows, columns: stack.columns))
    }

    private static func cleaned(
        _ frames: [FrameMask?],
        segment: PromptPlan.Segment,
        rows: Int,
        columns: Int
    ) -> [FrameMask?] {
        precondition(frames.allSatisfy { $0?.rows ?? rows == rows && $0?.columns ?? columns == columns }, "one size")
        // Slice by slice: bytes for each pixel of a whole series would not fit into memory.
        var frames = segment.fillsHoles ? frames.map { $0.map(MaskCleaning.filled) } : frames
        if segment.keepsLargestComponent { MaskCleaning.keepLargestComponent(&frames) }
        return frames
    }
}

extension FrameMask {
    /// Pixels of either mask.
    fileprivate func union(_ other: FrameMask) -> FrameMask {
        FrameMask(rows: rows, columns: columns, packed: zip(packed, other.packed).map { $0 | $1 })
    }
}
