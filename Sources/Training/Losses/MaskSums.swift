import CKernels
import Tensors

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

    /// The sums of every mask: logits and labels `[B, S, S]`.
    ///
    /// Double precision, in blocks of pixels whose sums are added in their order: the same for any number of threads.
    static func all(logits: Tensor, labels: Tensor, pixelLoss: PixelLoss) -> [MaskSums] {
        let blocks = Blocks(logits)
        let partial = [KernelMaskSums](unsafeUninitializedCapacity: blocks.count) { partial, count in
            let target = Target(start: partial)
            blocks.forEach(logits, labels) { index, logits, labels, pixels, _ in
                var sums = KernelMaskSums()
                kernel_mask_sums(logits, labels, pixels, pixelLoss.kernel, pixelLoss.alpha, &sums)
                target.start.initializeElement(at: index, to: sums)
            }
            count = blocks.count
        }
        return (0..<blocks.masks).map { mask in
            partial[mask * blocks.perMask..<(mask + 1) * blocks.perMask].reduce(MaskSums()) { $0 + MaskSums($1) }
        }
    }

    private init(_ sums: KernelMaskSums) {
        (product, probability, squares) = (sums.product, sums.probability, sums.squares)
        (label, pixelLoss) = (sums.label, sums.pixel_loss)
        (intersection, union) = (sums.intersection, sums.either)
    }

    init() {}

    /// The gradient with regard to the logits, from that with regard to each mask's sums.
    static func gradient(logits: Tensor, labels: Tensor, pixelLoss: PixelLoss, slopes: [Slopes]) -> Tensor {
        let blocks = Blocks(logits)
        return Tensor(shape: logits.shape) { gradient in
            let target = gradient.start
            blocks.forEach(logits, labels) { index, logits, labels, pixels, first in
                let own = slopes[index / blocks.perMask]
                var slopes = KernelMaskSums()
                slopes.product = own.product
                slopes.probability = own.probability
                slopes.squares = own.squares
                slopes.pixel_loss = own.pixelLoss
                kernel_mask_gradient(
                    logits,
                    labels,
                    pixels,
                    pixelLoss.kernel,
                    pixelLoss.alpha,
                    &slopes,
                    target + first
                )
            }
        }
    }

    /// Masks cut into runs of pixels.
    private struct Blocks {
        let masks: Int
        let perMask: Int
        private let pixels: Int

        var count: Int { masks * perMask }

        init(_ logits: Tensor) {
            masks = logits.shape[0]
            pixels = logits.count / max(1, masks)
            perMask = (pixels + Self.length - 1) / Self.length
        }

        /// Calls the body, on several threads, with each block's number, logits, labels, length and first pixel.
        func forEach(
            _ logits: Tensor,
            _ labels: Tensor,
            _ body: (Int, UnsafePointer<Float>, UnsafePointer<Float>, Int, Int) -> Void
        ) {
            logits.withPointer { logits in
                labels.withPointer { labels in
                    ComputeThreads.overRows(count, elementsPerRow: 16 * Self.length) { range in
                        for index in range {
                            let first = index / perMask * pixels + index % perMask * Self.length
                            let end = min(first + Self.length, (index / perMask + 1) * pixels)
                            body(index, logits + first, labels + first, end - first, first)
                        }
                    }
                }
            }
        }

        private static let length = 4_096
    }

    /// `@unchecked Sendable`: every thread writes its own blocks' sums only.
    private struct Target: @unchecked Sendable {
        let start: UnsafeMutableBufferPointer<KernelMaskSums>
    }
}
