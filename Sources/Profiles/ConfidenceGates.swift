/// When a mask is good enough to be written.
///
/// Gates hold where there is something to compare: without a prior there is no agreement, and then only
/// ``minimumPredictedIoU`` counts.
public struct ConfidenceGates: Sendable, Hashable {
    /// What becomes of a segment whose volume or mean value is not what the profile expects.
    public enum OutOfRange: String, Sendable, Hashable, CaseIterable {
        /// It is written, and the receipt says that it has to be looked at.
        case report
        /// It is not written.
        case withhold
    }

    /// A slice's mask with a smaller predicted IoU is not the network's to give.
    public let minimumPredictedIoU: Double
    /// A slice's mask with a smaller Dice to the prior in that slice disagrees with it. 0 asks nothing.
    public let minimumAgreement: Double
    /// The median over the segment's slices of predicted IoU × agreement; below it nothing of the segment is written.
    /// 0 asks nothing.
    public let minimumConfidence: Double
    /// What becomes of a segment out of its expected ranges.
    public let outOfRange: OutOfRange
}

/// Which mask stands where the network's and the prior's differ.
public enum FusionRule: String, Sendable, Hashable, CaseIterable {
    /// The network's alone; a slice that fails a gate gets no mask.
    case model
    /// In slices where the network's mask fails a gate the prior's stands, and is flagged as derived from the prior.
    case priorWhereDisagreeing = "prior-where-disagreeing"
}
