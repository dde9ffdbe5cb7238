import Foundation

/// What a SEG says of a segment whose masks are the atlas prior's in part or as a whole, so that no reader takes them for
/// the network's.
struct PriorDerivation {
    /// Follows the algorithm's name: empty where every mask is the network's.
    let algorithmSuffix: String
    /// Follows the algorithm's parameters.
    let parameters: String
    /// Segment Description; `nil` where no prior had a say.
    let details: String?

    init(_ decision: SegmentDecision?) {
        guard let decision, !decision.slices.isEmpty else {
            algorithmSuffix = ""
            parameters = ""
            details = nil
            return
        }
        let derived = decision.priorSlices.count
        let confidence = String(format: "%.2f", decision.confidence)
        algorithmSuffix = derived == 0 ? "" : derived == decision.slices.count ? " prior only" : " with prior"
        parameters = "; confidence \(confidence); prior-derived slices \(derived) of \(decision.slices.count)"
        details =
            derived == 0
            ? "Masks of the network; confidence \(confidence)"
            : "PRIOR-DERIVED in \(derived) of \(decision.slices.count) slices: the mask is the registered atlas's, "
                + "not the network's; confidence \(confidence)"
    }
}
