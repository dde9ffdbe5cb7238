import Tensors

/// Says how far masks are from the truth, as one number whose gradient leads to better masks.
public protocol SegmentationLoss: Sendable {
    /// The loss of a batch of masks. Logits that are smaller than the labels are first enlarged bilinearly.
    func callAsFunction(_ masks: TrainedMasks) -> LossValue
}

/// The masks of one step, and what they should be.
public struct TrainedMasks: Sendable {
    /// `[B, e, e]`: logits of the chosen masks.
    public let logits: Tensor
    /// `[B]`: what the network thinks their intersection over union is.
    public let predictedIoU: Tensor
    /// `[B, S, S]`: 1 inside the object, 0 outside.
    public let labels: Tensor
    /// How much each mask counts, `B` numbers of which one is positive.
    public let weights: [Double]

    /// Joins masks with their labels; without weights all count the same.
    public init(logits: Tensor, predictedIoU: Tensor, labels: Tensor, weights: [Double]? = nil) {
        let batch = logits.shape[0]
        precondition(
            logits.shape.count == 3 && labels.shape.count == 3,
            "logits \(logits.shape), labels \(labels.shape)"
        )
        precondition(labels.shape[0] == batch && predictedIoU.shape == [batch], "a label and an IoU for each mask")
        self.weights = weights ?? [Double](repeating: 1, count: batch)
        precondition(self.weights.count == batch && self.weights.reduce(0, +) > 0, "weights \(self.weights)")
        self.logits = logits
        self.predictedIoU = predictedIoU
        self.labels = labels
    }

    /// `[B, S, S]`: the logits at the size of the labels.
    var enlargedLogits: Tensor {
        let (batch, rows, columns) = (labels.shape[0], labels.shape[1], labels.shape[2])
        guard logits.shape != labels.shape else { return logits }
        return logits.reshaped([batch, logits.shape[1], logits.shape[2], 1])
            .resizedBilinearly(rows: rows, columns: columns).reshaped([batch, rows, columns])
    }
}

/// A loss and what it is made of.
public struct LossValue: Sendable {
    /// The weighted sum of the terms, a scalar; tracked where the masks are.
    public let total: Tensor
    /// The mean over pixels: focal loss or cross entropy, unweighted.
    public let pixels: Double
    /// 1 − Dice.
    public let dice: Double
    /// The squared error of the predicted intersection over union.
    public let quality: Double

    /// The total as a number.
    public var value: Double { Double(total.values[0]) }
}
