import CKernels
import Foundation
import Tensors
import TestSupport
import Testing

@Suite("Kernels of losses")
struct LossKernelTests {
    private let logits: [Float]
    private let labels: [Float]

    init() {
        let count = 61
        let noise = GradientCheck.noise([2 * count], seed: 3).values
        var (logits, labels): ([Float], [Float]) = ([0, -800, 800, 40, -40], [1, 1, 0, 0, 1])
        for index in 0..<count {
            logits.append(noise[index] * (index % 3 == 0 ? 90 : 6))
            labels.append(min(1, max(0, 0.5 + noise[count + index])))
        }
        (self.logits, self.labels) = (logits, labels)
    }

    @Test("agree with their naive twins", arguments: [(KERNEL_CROSS_ENTROPY, 0.0), (KERNEL_FOCAL, 0.25)])
    func whenSumsAreMade_thenTheyAreThoseOfEveryPixel(loss: KernelPixelLoss, alpha: Double) {
        for count in [1, 7, 15, 16, 17, logits.count] {
            var sums = KernelMaskSums()
            kernel_mask_sums(logits, labels, count, loss, alpha, &sums, nil, nil)
            var naive = KernelMaskSums()
            for (x, y) in zip(logits, labels).prefix(count).map({ (Double($0), Double($1)) }) {
                let p = 1 / (1 + exp(-x))
                naive.product += p * y
                naive.probability += p
                naive.squares += p * p
                naive.label += y
                naive.pixel_loss += Self.value(loss, alpha, x, y)
                naive.intersection += x > 0 && y > 0.5 ? 1 : 0
                naive.either += x > 0 || y > 0.5 ? 1 : 0
            }
            for (found, expected) in zip(Self.all(sums), Self.all(naive)) {
                #expect(abs(found - expected) <= 1e-13 * max(1, abs(expected)))
            }
        }
    }

    @Test("have the derivatives of their naive twins", arguments: [(KERNEL_CROSS_ENTROPY, 0.0), (KERNEL_FOCAL, 0.25)])
    func whenAGradientIsMade_thenItIsTheDifferenceQuotient(loss: KernelPixelLoss, alpha: Double) {
        var slopes = KernelMaskSums()
        (slopes.product, slopes.probability, slopes.squares, slopes.pixel_loss) = (0.7, -0.3, 0.2, 1.5)
        var gradient = [Float](repeating: .nan, count: logits.count)
        var sums = KernelMaskSums()
        var (probabilities, derivatives) = (gradient, gradient)
        kernel_mask_sums(logits, labels, logits.count, loss, alpha, &sums, &probabilities, &derivatives)
        kernel_mask_gradient(labels, probabilities, derivatives, logits.count, &slopes, &gradient)
        // Further out, probabilities are too near 0 and 1 for a quotient of differences.
        for (index, (x, y)) in zip(logits, labels).enumerated() where abs(x) < 12 {
            func total(_ x: Double) -> Double {
                let p = 1 / (1 + exp(-x))
                return 0.7 * p * Double(y) - 0.3 * p + 0.2 * p * p + 1.5 * Self.value(loss, alpha, x, Double(y))
            }
            let quotient = (total(Double(x) + 1e-4) - total(Double(x) - 1e-4)) / 2e-4
            #expect(abs(Double(gradient[index]) - quotient) <= 1e-6 * max(1, abs(quotient)), "at \(x), \(y)")
        }
    }

    private static func value(_ loss: KernelPixelLoss, _ alpha: Double, _ x: Double, _ y: Double) -> Double {
        guard loss == KERNEL_FOCAL else { return max(x, 0) - x * y + log1p(exp(-abs(x))) }
        let p = 1 / (1 + exp(-x))
        return -alpha * y * (1 - p) * (1 - p) * log(p + 1e-12)
            - (1 - alpha) * (1 - y) * p * p * log(1 - p + 1e-12)
    }

    private static func all(_ sums: KernelMaskSums) -> [Double] {
        [
            sums.product, sums.probability, sums.squares, sums.label, sums.pixel_loss, sums.intersection, sums.either,
        ]
    }
}
