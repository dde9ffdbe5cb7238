import CKernels

/// What losses need to know of one mask: sums over its pixels, p = sigmoid(logit) and label y.
struct MaskSums: Sendable {
    /// Σ p·y.
    var product = 0.0
    /// Σ p.
    var probability = 0.0
    /// Σ p².
    var squares = 0.0
    /// Σ y.
    var label = 0.0
    /// Σ of the pixel loss.
    var pixelLoss = 0.0
    /// Pixels with p > ½ and y > ½.
    var intersection = 0.0
    /// Pixels with p > ½ or y > ½.
    var union = 0.0

    /// |A ∩ B| / |A ∪ B| of the binary mask; 1 when both are empty.
    var hardIoU: Double { union > 0 ? intersection / union : 1 }

    static func + (left: MaskSums, right: MaskSums) -> MaskSums { left.adding(right, times: 1) }

    /// The sums with those of another mask times a weight.
    func adding(_ other: MaskSums, times weight: Double) -> MaskSums {
        var sum = self
        sum.product += weight * other.product
        sum.probability += weight * other.probability
        sum.squares += weight * other.squares
        sum.label += weight * other.label
        sum.pixelLoss += weight * other.pixelLoss
        sum.intersection += weight * other.intersection
        sum.union += weight * other.union
        return sum
    }

    /// The derivatives of a loss with regard to the sums of one mask that a gradient flows through.
    struct Slopes: Sendable {
        var product = 0.0
        var probability = 0.0
        var squares = 0.0
        var pixelLoss = 0.0
    }

    init(_ sums: KernelMaskSums) {
        (product, probability, squares) = (sums.product, sums.probability, sums.squares)
        (label, pixelLoss) = (sums.label, sums.pixel_loss)
        (intersection, union) = (sums.intersection, sums.either)
    }

    init() {}
}
