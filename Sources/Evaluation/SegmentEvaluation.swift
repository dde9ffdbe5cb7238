/// How one structure came out, against reference labels.
///
/// Dice is the mean over the slices on which the reference has the structure; a slice without a mask counts 0.
public struct SegmentEvaluation: Sendable, Codable {
    /// Segment Label.
    public var label: String
    /// Slices on which the reference has the structure.
    public var slices: Int
    /// Of the SEG as it was written, from automatic boxes.
    public var diceAuto: Double
    /// Of the network's masks for the tight boxes of the reference.
    public var diceTight: Double
    /// Slices on which the SEG has the structure and the reference does not.
    public var falseSlices: Int
    /// The largest cut of a side of the automatic box into the structure: mean over slices, pixels at 256 on the longest
    /// side. `nil` without boxes.
    public var boxInner: Double?
    /// The same outward.
    public var boxOuter: Double?
    /// Mean intersection over union of automatic and tight boxes; a slice without a box counts 0.
    public var boxIoU: Double
    /// Of the SEG, mL.
    public var volumeML: Double
    /// The structure's share of the network's time, by its number of prompts.
    public var seconds: Double
}

/// One mask for a tight box: what is compared with other implementations of the same network.
public struct TightBoxEvaluation: Sendable, Codable {
    /// SOP Instance UID of the slice.
    public var sop: String
    /// The structure's name in the reference.
    public var label: String
    /// x0, y0, x1, y1 in source pixels.
    public var box: [Double]
    /// Of the network's mask and the reference.
    public var dice: Double
    /// Pixels of the network's mask.
    public var pixels: Int
    /// What the network thinks of its mask.
    public var predictedIoU: Float
}

/// The evaluation of one annotated series.
public struct SeriesEvaluation: Sendable, Codable {
    /// In the order of the profile.
    public var segments: [SegmentEvaluation]
    /// Mean over segments.
    public var meanDiceAuto: Double
    /// Mean over segments.
    public var meanDiceTight: Double
    /// One for each slice and structure of the reference.
    public var tightBoxes: [TightBoxEvaluation]
    /// Segments of the SEG that the reference does not have anywhere.
    public var notInReference: [String]
}
