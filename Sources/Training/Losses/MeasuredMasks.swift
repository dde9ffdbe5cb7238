import CKernels
import Tensors

/// Masks measured against labels `[B, S, S]`: the sums of each, and what their gradient needs, so that no exponential and
/// no logarithm is taken twice.
///
/// Double precision, in blocks of pixels whose sums are added in their order: the same for any number of threads.
struct MeasuredMasks: Sendable {
    /// Of every mask.
    let sums: [MaskSums]
    private let labels: Tensor
    /// Of every pixel, `[B, S, S]`, rounded to fp32.
    private let probabilities: Tensor
    /// The derivative of every pixel's loss with regard to its logit, as ``probabilities``.
    private let slopes: Tensor

    /// Measures untracked logits `[B, S, S]`.
    init(logits: Tensor, labels: Tensor, pixelLoss: PixelLoss) {
        let blocks = Blocks(logits)
        var sums: [MaskSums] = []
        var slopes = Tensor(zeros: [0])
        probabilities = Tensor(shape: logits.shape) { probabilities in
            let first = probabilities.start
            slopes = Tensor(shape: logits.shape) { slopes in
                sums = Self.sums(blocks, logits, labels, pixelLoss, probabilities: first, slopes: slopes.start)
            }
        }
        self.slopes = slopes
        self.sums = sums
        self.labels = labels
    }

    private static func sums(
        _ blocks: Blocks,
        _ logits: Tensor,
        _ labels: Tensor,
        _ pixelLoss: PixelLoss,
        probabilities: UnsafeMutablePointer<Float>,
        slopes: UnsafeMutablePointer<Float>
    ) -> [MaskSums] {
        let partial = [KernelMaskSums](unsafeUninitializedCapacity: blocks.count) { partial, count in
            let target = Target(sums: partial, probabilities: probabilities, slopes: slopes)
            logits.withPointer { logits in
                labels.withPointer { labels in
                    blocks.forEach { index, pixels in
                        var sums = KernelMaskSums()
                        kernel_mask_sums(
                            logits + pixels.lowerBound,
                            labels + pixels.lowerBound,
                            pixels.count,
                            pixelLoss.kernel,
                            pixelLoss.alpha,
                            &sums,
                            target.probabilities + pixels.lowerBound,
                            target.slopes + pixels.lowerBound
                        )
                        target.sums.initializeElement(at: index, to: sums)
                    }
                }
            }
            count = blocks.count
        }
        return (0..<blocks.masks).map { mask in
            partial[mask * blocks.perMask..<(mask + 1) * blocks.perMask].reduce(MaskSums()) { $0 + MaskSums($1) }
        }
    }

    /// The gradient with regard to the logits, from that with regard to each mask's sums.
    func gradient(_ bySums: [MaskSums.Slopes]) -> Tensor {
        let blocks = Blocks(labels)
        return Tensor(shape: labels.shape) { gradient in
            let target = gradient.start
            labels.withPointer { labels in
                probabilities.withPointer { probabilities in
                    slopes.withPointer { slopes in
                        blocks.forEach { index, pixels in
                            var own = KernelMaskSums(bySums[index / blocks.perMask])
                            kernel_mask_gradient(
                                labels + pixels.lowerBound,
                                probabilities + pixels.lowerBound,
                                slopes + pixels.lowerBound,
                                pixels.count,
                                &own,
                                target + pixels.lowerBound
                            )
                        }
                    }
                }
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

        /// Calls the body, on several threads, with each block's number and pixels.
        func forEach(_ body: (Int, Range<Int>) -> Void) {
            ComputeThreads.overRows(count, elementsPerRow: 16 * Self.length) { range in
                for index in range {
                    let first = index / perMask * pixels + index % perMask * Self.length
                    body(index, first..<min(first + Self.length, (index / perMask + 1) * pixels))
                }
            }
        }

        private static let length = 4_096
    }

    /// `@unchecked Sendable`: every thread writes what belongs to its own blocks only.
    private struct Target: @unchecked Sendable {
        let sums: UnsafeMutableBufferPointer<KernelMaskSums>
        let probabilities: UnsafeMutablePointer<Float>
        let slopes: UnsafeMutablePointer<Float>
    }
}

extension KernelMaskSums {
    fileprivate init(_ slopes: MaskSums.Slopes) {
        self.init()
        product = slopes.product
        probability = slopes.probability
        squares = slopes.squares
        pixel_loss = slopes.pixelLoss
    }
}
