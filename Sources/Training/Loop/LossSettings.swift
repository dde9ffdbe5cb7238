import SegmentAnything

/// Which loss a run minimises, as it is written down.
public enum LossSettings: Sendable, Hashable, Codable {
    /// SAM-Med2D's: focal, Dice and predicted IoU over the whole batch.
    case wholeBatch(focalWeight: Double, alpha: Double)
    /// LiteMedSAM's: cross entropy, Dice and predicted IoU of every mask.
    case maskwise(pixelWeight: Double, diceWeight: Double, qualityWeight: Double)

    /// 20 · focal + Dice + IoU.
    public static let samMed2D = LossSettings.wholeBatch(focalWeight: 20, alpha: 0.25)
    /// Cross entropy + Dice + IoU.
    public static let liteMedSAM = LossSettings.maskwise(pixelWeight: 1, diceWeight: 1, qualityWeight: 1)

    var loss: any SegmentationLoss {
        switch self {
        case .wholeBatch(let focalWeight, let alpha): WholeBatchLoss(focalWeight: focalWeight, alpha: alpha)
        case .maskwise(let pixelWeight, let diceWeight, let qualityWeight):
            MaskwiseLoss(pixelWeight: pixelWeight, diceWeight: diceWeight, qualityWeight: qualityWeight)
        }
    }
}
