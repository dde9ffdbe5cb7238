import DICOMSegmentation
import Geometry
import SegmentAnything

/// The masks of one planned segment after clean-up, and what led to them.
struct SegmentResult {
    let segment: PromptPlan.Segment
    /// One entry for each slice of the stack.
    let mask: SegmentMask
    let answers: [SliceSegmenter.Answer]
    /// What was decided slice by slice; `nil` where no prior has a say.
    let decision: SegmentDecision?

    /// Whether there are masks that are not good enough to be written.
    var isWithheld: Bool { decision.map { !$0.isEmitted && !$0.slices.isEmpty } ?? false }

    /// Why there is no mask, where there were prompts.
    var reasonForNothing: String {
        if let decision, isWithheld { return decision.reason(rule: segment.confidence ?? ConfidenceRule()) }
        let drawn = answers.filter { !$0.mask.isEmpty }
        return drawn.isEmpty
            ? "the network found nothing inside its boxes"
            : "the network thought too little of each of its \(drawn.count) masks"
    }

    /// Gathers a segment's answers: several prompts of one slice give the union of their masks. With a prior, each slice
    /// gets the mask that is believed, and the whole segment none where it fails its gate; without one, masks of which
    /// the network thinks too little are left out. Then clean-up as the segment asks.
    init(
        segment: PromptPlan.Segment,
        answers: [SliceSegmenter.Answer],
        prior: SegmentMask? = nil,
        stack: SliceStack,
        scratch: MaskScratch
    ) {
        self.segment = segment
        self.answers = answers
        var frames = [FrameMask?](repeating: nil, count: stack.planes.count)
        if let rule = segment.confidence, let prior {
            let decision = SegmentDecision(Self.evidence(answers, prior: prior, scratch), rule: rule)
            if decision.isEmitted {
                for slice in decision.slices { frames[slice.slice] = slice.mask }
            }
            self.decision = decision
        } else {
            for answer in answers where Double(answer.predictedIoU) >= segment.minimumPredictedIoU {
                frames[answer.slice] =
                    frames[answer.slice].map { scratch.putAside($0.union(answer.mask)) } ?? answer.mask
            }
            decision = nil
        }
        mask = SegmentMask(frames: Self.cleaned(frames, segment: segment, plane: stack.planes[0], scratch))
    }

    /// The answers slice by slice beside the prior; of several answers in a slice the union, believed as the worst.
    private static func evidence(
        _ answers: [SliceSegmenter.Answer],
        prior: SegmentMask,
        _ scratch: MaskScratch
    ) -> [SliceEvidence] {
        let slices = Dictionary(grouping: answers, by: \.slice)
        return slices.sorted { $0.key < $1.key }.map { slice, answers in
            SliceEvidence(
                slice: slice,
                network: scratch.putAside(answers.dropFirst().reduce(answers[0].mask) { $0.union($1.mask) }),
                predictedIoU: answers.map { Double($0.predictedIoU) }.min() ?? 0,
                prior: prior[slice]
            )
        }
    }

    private static func cleaned(
        _ frames: [FrameMask?],
        segment: PromptPlan.Segment,
        plane: PlaneGeometry,
        _ scratch: MaskScratch
    ) -> [FrameMask?] {
        precondition(
            frames.allSatisfy { $0?.rows ?? plane.rows == plane.rows && $0?.columns ?? plane.columns == plane.columns },
            "one size"
        )
        // Slice by slice: bytes for each pixel of a whole series would not fit into memory.
        var frames = frames
        if segment.fillsHoles { frames = frames.map { $0.map { scratch.putAside(MaskCleaning.filled($0)) } } }
        if segment.smoothing > 0 {
            let spread = (row: segment.smoothing / plane.rowSpacing, column: segment.smoothing / plane.columnSpacing)
            frames = frames.map { $0.map { scratch.putAside(MaskCleaning.smoothed($0, spread: spread)) } }
        }
        let kept = segment.keepsLargestComponent ? 1 : segment.keptComponents
        if let kept { MaskCleaning.keepLargestComponents(kept, &frames, scratch) }
        return frames
    }
}
