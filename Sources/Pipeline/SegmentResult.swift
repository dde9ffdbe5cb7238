import DICOMSegmentation
import Foundation
import Geometry
import Profiles
import SegmentAnything

/// The masks of one planned segment after clean-up, and what led to them.
struct SegmentResult {
    let segment: PromptPlan.Segment
    /// One entry for each slice of the stack.
    private(set) var mask: SegmentMask
    let answers: [SliceSegmenter.Answer]
    /// What was decided slice by slice; `nil` where no prior has a say.
    let decision: SegmentDecision?

    /// The mean of the modality values in the mask; `nil` where the profile does not ask for it.
    private(set) var meanValue: Double?
    /// Why the mask is not written though network and prior agree: it is not what the profile expects.
    private(set) var outOfRange: [String] = []

    /// Whether there are masks that are not good enough to be written.
    var isWithheld: Bool { !outOfRange.isEmpty || decision.map { !$0.isEmitted && !$0.slices.isEmpty } ?? false }

    /// Why there is no mask, where there were prompts.
    var reasonForNothing: String {
        if !outOfRange.isEmpty {
            return "not what the profile expects: \(outOfRange.joined(separator: "; ")); its boxes are proposed"
        }
        if let decision, isWithheld { return decision.reason(rule: segment.confidence ?? ConfidenceRule()) }
        let drawn = answers.filter { !$0.mask.isEmpty }
        return drawn.isEmpty
            ? "the network found nothing inside its boxes"
            : "the network thought too little of each of its \(drawn.count) masks"
    }

    /// Takes note of the mean of the modality values.
    mutating func note(meanValue: Double?) { self.meanValue = meanValue }

    /// Leaves the mask out, because it is not what is expected.
    mutating func withhold(because problems: [String]) {
        outOfRange = problems
        mask = SegmentMask(frameCount: mask.frames.count)
    }

    /// What to say of a mean outside of what the profile expects; `nil` within it.
    var meanWarning: String? {
        guard let meanValue, let range = segment.expectedMean, !range.contains(meanValue) else { return nil }
        func short(_ value: Double) -> String { String(format: "%g", value) }
        let limits = [range.minimum.map { "at least \(short($0))" }, range.maximum.map { "at most \(short($0))" }]
        return "MEAN \(segment.label) has " + String(format: "%.1f", meanValue) + ", expected are "
            + limits.compactMap { $0 }.joined(separator: " and ")
    }

    /// Why the profile wants a person to look at the segment; `nil` where it does not.
    var reviewWarning: String? {
        guard let rule = segment.review else { return nil }
        if rule.isRequired { return "REVIEW \(segment.label) has to be looked at in every result" }
        guard let confidence = decision?.confidence, confidence < rule.minimumConfidence else { return nil }
        return "REVIEW \(segment.label) has to be looked at: confidence " + String(format: "%.2f", confidence)
            + ", below "
            + String(format: "%.2f", rule.minimumConfidence)
    }

    /// Gathers a segment's answers: several prompts of one slice give the union of their masks. With a prior, each slice
    /// gets the mask that is believed, and the whole segment none where it fails its gate; without one, masks of which
    /// the network thinks too little are left out, unless nothing is withheld. Then clean-up as the segment asks.
    init(
        segment: PromptPlan.Segment,
        answers: [SliceSegmenter.Answer],
        prior: SegmentMask? = nil,
        withholds: Bool = true,
        stack: SliceStack,
        scratch: MaskScratch
    ) {
        self.segment = segment
        self.answers = answers
        var frames = [FrameMask?](repeating: nil, count: stack.planes.count)
        if withholds, let rule = segment.confidence, let prior {
            let decision = SegmentDecision(Self.evidence(answers, prior: prior, scratch), rule: rule)
            if decision.isEmitted {
                for slice in decision.slices { frames[slice.slice] = slice.mask }
            }
            self.decision = decision
        } else {
            let least = withholds ? segment.minimumPredictedIoU : -.infinity
            for answer in answers where Double(answer.predictedIoU) >= least {
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
