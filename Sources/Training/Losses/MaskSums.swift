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
        let masks = logits.shape[0]
        let pixels = logits.count / max(1, masks)
        let blocks = (pixels + block - 1) / block
        let partial = [MaskSums](unsafeUninitializedCapacity: masks * blocks) { partial, count in
            let partial = Blocks(sums: partial)
            logits.withUnsafeBufferPointer { logits in
                labels.withUnsafeBufferPointer { labels in
                    ComputeThreads.overRows(masks * blocks, elementsPerRow: 16 * block) { range in
                        for index in range {
                            let first = index / blocks * pixels + index % blocks * block
                            let end = min(first + block, (index / blocks + 1) * pixels)
                            let sum = sums(logits[first..<end], labels[first..<end], pixelLoss)
                            partial.sums.initializeElement(at: index, to: sum)
                        }
                    }
                }
            }
            count = masks * blocks
        }
        return (0..<masks).map { mask in
            partial[mask * blocks..<(mask + 1) * blocks].reduce(MaskSums(), +)
        }
    }

    private static func sums(
        _ logits: Slice<UnsafeBufferPointer<Float>>,
        _ labels: Slice<UnsafeBufferPointer<Float>>,
        _ pixelLoss: PixelLoss
    ) -> MaskSums {
        var sums = MaskSums()
        for index in logits.indices {
            let (x, y) = (Double(logits[index]), Double(labels[index]))
            let p = sigmoid(x)
            sums.product += p * y
            sums.probability += p
            sums.squares += p * p
            sums.label += y
            sums.pixelLoss += pixelLoss.value(logit: x, probability: p, label: y)
            let (isDrawn, isObject) = (x > 0, y > 0.5)
            if isDrawn && isObject { sums.intersection += 1 }
            if isDrawn || isObject { sums.union += 1 }
        }
        return sums
    }

    /// The gradient with regard to the logits, from that with regard to each mask's sums.
    static func gradient(logits: Tensor, labels: Tensor, pixelLoss: PixelLoss, slopes: [Slopes]) -> Tensor {
        let pixels = logits.count / max(1, logits.shape[0])
        return Tensor(shape: logits.shape) { gradient in
            let target = gradient.start
            logits.withUnsafeBufferPointer { logits in
                labels.withUnsafeBufferPointer { labels in
                    ComputeThreads.overRows(logits.count, elementsPerRow: 16) { range in
                        for index in range {
                            let (x, y) = (Double(logits[index]), Double(labels[index]))
                            let slope = slopes[index / pixels]
                            let p = sigmoid(x)
                            let byProbability = slope.product * y + slope.probability + 2 * slope.squares * p
                            let byPixel = slope.pixelLoss * pixelLoss.derivative(probability: p, label: y)
                            (target + index).initialize(to: Float(byPixel + byProbability * p * (1 - p)))
                        }
                    }
                }
            }
        }
    }

    private static let block = 4_096

    /// `@unchecked Sendable`: every thread writes its own blocks' sums only.
    private struct Blocks: @unchecked Sendable {
        let sums: UnsafeMutableBufferPointer<MaskSums>
    }
}
