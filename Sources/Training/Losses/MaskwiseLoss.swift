import Tensors

/// The mean of every mask's own loss: pixel loss + Dice with a squared denominator + squared error of the predicted IoU
/// against that of the binary mask, as in LiteMedSAM's published recipe.
public struct MaskwiseLoss: SegmentationLoss {
    /// What every pixel is judged by.
    public var pixelLoss: PixelLoss
    /// What the pixel loss counts.
    public var pixelWeight: Double
    /// What the Dice term counts.
    public var diceWeight: Double
    /// What the error of the predicted IoU counts.
    public var qualityWeight: Double

    /// Keeps the quotient of two empty masks defined.
    private static let smoothing = 1e-5

    /// The published weights.
    public init(
        pixelLoss: PixelLoss = .crossEntropy,
        pixelWeight: Double = 1,
        diceWeight: Double = 1,
        qualityWeight: Double = 1
    ) {
        self.pixelLoss = pixelLoss
        self.pixelWeight = pixelWeight
        self.diceWeight = diceWeight
        self.qualityWeight = qualityWeight
    }

    /// The loss of a batch of masks.
    public func callAsFunction(_ masks: TrainedMasks) -> LossValue {
        let tracked = masks.enlargedLogits
        let labels = masks.labels.detached()
        let measured = MeasuredMasks(logits: tracked.detached(), labels: labels, pixelLoss: pixelLoss)
        let sums = measured.sums
        let pixels = Double(labels.count / labels.shape[0])
        let all = masks.weights.reduce(0, +)
        let shares = masks.weights.map { $0 / all }
        let errors = zip(masks.predictedIoU.values, sums).map { Double($0) - $1.hardIoU }

        func mean(_ term: (Int) -> Double) -> Double { shares.indices.reduce(0) { $0 + shares[$1] * term($1) } }
        let perPixel = mean { sums[$0].pixelLoss / pixels }
        let dice = mean { Self.dice(sums[$0]) }
        let quality = mean { errors[$0] * errors[$0] }
        let total = Tensor(
            [Float(pixelWeight * perPixel + diceWeight * dice + qualityWeight * quality)],
            shape: []
        )
        let loss = self
        let recorded = total.recording([tracked, masks.predictedIoU]) { gradient in
            let scale = Double(gradient.values[0])
            let slopes = zip(sums, shares).map { loss.slopes($0, pixels: pixels, weight: scale * $1) }
            let quality = zip(errors, shares).map { Float(scale * loss.qualityWeight * $1 * 2 * $0) }
            return [
                measured.gradient(slopes),
                Tensor(quality, shape: [quality.count]),
            ]
        }
        return LossValue(total: recorded, pixels: perPixel, dice: dice, quality: quality)
    }

    private static func dice(_ sums: MaskSums) -> Double {
        1 - (2 * sums.product + smoothing) / (sums.squares + sums.label + smoothing)
    }

    private func slopes(_ sums: MaskSums, pixels: Double, weight: Double) -> MaskSums.Slopes {
        let room = sums.squares + sums.label + Self.smoothing
        return MaskSums.Slopes(
            product: -2 * weight * diceWeight / room,
            squares: weight * diceWeight * (2 * sums.product + Self.smoothing) / (room * room),
            pixelLoss: weight * pixelWeight / pixels
        )
    }
}
