import Tensors

/// The loss of the published SAM-Med2D recipe: 20·focal + Dice + squared error of the predicted IoU, every one over the
/// pixels of the whole batch together.
///
/// The target of every predicted IoU is the one soft IoU of the whole batch; it is not a constant, so that this term, too,
/// sends a gradient into the masks.
public struct WholeBatchLoss: SegmentationLoss {
    /// What the focal term counts.
    public var focalWeight: Double
    /// α of the focal loss: what the object's pixels count.
    public var alpha: Double

    /// The published weights.
    public init(focalWeight: Double = 20, alpha: Double = 0.25) {
        self.focalWeight = focalWeight
        self.alpha = alpha
    }

    /// The loss of a batch of masks.
    public func callAsFunction(_ masks: TrainedMasks) -> LossValue {
        let pixelLoss = PixelLoss.focal(alpha: alpha)
        let tracked = masks.enlargedLogits
        let labels = masks.labels.detached()
        let measured = MeasuredMasks(logits: tracked.detached(), labels: labels, pixelLoss: pixelLoss)
        let sums = measured.sums
        let batch = BatchTerms(
            sums: zip(sums, masks.weights).reduce(MaskSums()) { $0.adding($1.0, times: $1.1) },
            pixels: Double(labels.count / labels.shape[0]) * masks.weights.reduce(0, +),
            quality: masks.predictedIoU.values.map { Double($0) },
            weights: masks.weights
        )
        let focalWeight = focalWeight
        let total = Tensor([Float(focalWeight * batch.focal + batch.dice + batch.squaredError)], shape: [])
        let recorded = total.recording([tracked, masks.predictedIoU]) { gradient in
            let scale = Double(gradient.values[0])
            return [
                measured.gradient(batch.weights.map { batch.slopes(weight: scale * $0, focalWeight: focalWeight) }),
                batch.qualityGradient(scale: scale),
            ]
        }
        return LossValue(total: recorded, pixels: batch.focal, dice: batch.dice, quality: batch.squaredError)
    }
}

/// The terms over a whole batch, and their derivatives. The smoothing constants are those of the published code.
private struct BatchTerms: Sendable {
    let sums: MaskSums
    /// The number of pixels, weighted.
    let pixels: Double
    let quality: [Double]
    let weights: [Double]

    private var weight: Double { weights.reduce(0, +) }
    private var diceRoom: Double { sums.probability + sums.label + 1 }
    private var overlap: Double { sums.product + 1e-7 }
    private var union: Double { sums.probability + sums.label - sums.product + 1e-7 }

    var focal: Double { sums.pixelLoss / (pixels + 1e-12) }
    var dice: Double { 1 - (2 * sums.product + 1) / diceRoom }
    var softIoU: Double { overlap / union }
    var squaredError: Double { mean { ($0 - softIoU) * ($0 - softIoU) } }

    private func mean(_ term: (Double) -> Double) -> Double {
        zip(quality, weights).reduce(0) { $0 + $1.1 * term($1.0) } / weight
    }

    func slopes(weight: Double, focalWeight: Double) -> MaskSums.Slopes {
        let byIoU = mean { 2 * (softIoU - $0) }
        return MaskSums.Slopes(
            product: weight * (byIoU * (1 / union + overlap / (union * union)) - 2 / diceRoom),
            probability: weight
                * ((2 * sums.product + 1) / (diceRoom * diceRoom) - byIoU * overlap / (union * union)),
            pixelLoss: weight * focalWeight / (pixels + 1e-12)
        )
    }

    func qualityGradient(scale: Double) -> Tensor {
        let gradient = zip(quality, weights).map { Float(scale * $1 * 2 * ($0 - softIoU) / weight) }
        return Tensor(gradient, shape: [gradient.count])
    }
}
