import DICOMSegmentation

/// Which mask each slice of a segment gets, and whether the segment may be written at all.
public struct SegmentDecision: Sendable {
    /// Where a slice's mask comes from.
    public enum Origin: String, Sendable, Hashable, Codable {
        /// The network's mask.
        case network
        /// The registered atlas's, sharpened by the intensities where that was safe.
        case prior
        /// Neither was good enough.
        case none
    }

    /// One slice.
    public struct Slice: Sendable {
        /// Index into the stack's planes.
        public let slice: Int
        /// Where ``mask`` comes from.
        public let origin: Origin
        /// `nil` for ``Origin/none``.
        public let mask: FrameMask?
        /// Dice of the network's mask and the prior.
        public let agreement: Double
        /// Predicted IoU × agreement with the prior.
        public let confidence: Double
    }

    /// In the order of the evidence.
    public let slices: [Slice]
    /// The median of the slices' confidence; 0 without slices.
    public let confidence: Double
    /// The median of the slices' agreement with the prior.
    public let agreement: Double
    /// Whether ``confidence`` reaches the rule's gate.
    public let isEmitted: Bool

    /// Slices whose mask is the prior's.
    public var priorSlices: [Int] { slices.filter { $0.origin == .prior }.map(\.slice) }

    /// By the index of the slice.
    var bySlice: [Int: Slice] { Dictionary(uniqueKeysWithValues: slices.map { ($0.slice, $0) }) }

    /// Decides on a segment by its evidence, slice by slice, and then as a whole.
    public init(_ evidence: [SliceEvidence], rule: ConfidenceRule) {
        slices = evidence.map { item in
            let isBelieved =
                item.agreement >= rule.minimumAgreement && item.predictedIoU >= rule.minimumPredictedIoU
            let origin: Origin = isBelieved ? .network : rule.usesPrior && item.prior != nil ? .prior : .none
            let mask: FrameMask? =
                switch origin {
                case .network: item.network
                case .prior: item.prior
                case .none: nil
                }
            return Slice(
                slice: item.slice,
                origin: origin,
                mask: mask,
                agreement: item.agreement,
                confidence: item.confidence
            )
        }
        confidence = Self.median(evidence.map(\.confidence))
        agreement = Self.median(evidence.map(\.agreement))
        isEmitted = !evidence.isEmpty && confidence >= rule.minimumConfidence
    }

    /// Why the segment is withheld, in words that an operator can act on.
    func reason(rule: ConfidenceRule) -> String {
        func two(_ value: Double) -> String { String((value * 100).rounded() / 100) }
        return "network and atlas disagree: confidence \(two(confidence)), \(two(rule.minimumConfidence)) is needed "
            + "(median over \(slices.count) slices of predicted IoU times agreement); its boxes are proposed"
    }

    private static func median(_ values: [Double]) -> Double {
        let sorted = values.sorted()
        guard let last = sorted.last else { return 0 }
        let middle = sorted.count / 2
        return sorted.count % 2 == 1 ? sorted[middle] : middle == 0 ? last : (sorted[middle - 1] + sorted[middle]) / 2
    }
}
