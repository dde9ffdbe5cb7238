/// When a slice shows the network's mask, when the prior's, and when a segment is withheld.
public struct ConfidenceRule: Sendable, Hashable {
    /// Below this Dice of network and prior the network's mask is not believed.
    public var minimumAgreement = 0.75
    /// Below this the network does not believe in its own mask.
    public var minimumPredictedIoU = 0.80
    /// A segment whose median of predicted IoU × agreement over slices is below this is withheld as a whole.
    public var minimumConfidence = 0.65
    /// Whether the prior's mask stands in where the network's is not believed.
    public var usesPrior = true

    /// The recommended values.
    public init() {}
}
