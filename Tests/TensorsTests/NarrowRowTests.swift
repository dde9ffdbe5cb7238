import CKernels
import Tensors
import TestSupport
import Testing

/// Rows shorter than a vector are computed sixteen at a time, and threads may divide them anywhere.
@Suite("A row's result does not depend on the rows beside it")
struct NarrowRowTests {
    @Test(arguments: 1...18)
    func softmaxAndItsGradient(width: Int) {
        let rows = 37
        let logits = GradientCheck.noise([rows, width], seed: 1).values.map { 9 * $0 }
        let gradient = GradientCheck.noise([rows, width], seed: 2).values
        var together = logits
        kernel_softmax_rows(&together, rows, width, 0.7)
        var gradients = gradient
        kernel_softmax_gradient_rows(gradient, together, &gradients, rows, width, 0.7)
        for row in 0..<rows {
            let range = row * width..<(row + 1) * width
            var alone = Array(logits[range])
            kernel_softmax_rows(&alone, 1, width, 0.7)
            #expect(alone == Array(together[range]))
            var gradientAlone = Array(gradient[range])
            kernel_softmax_gradient_rows(Array(gradient[range]), alone, &gradientAlone, 1, width, 0.7)
            #expect(gradientAlone == Array(gradients[range]))
        }
    }
}
