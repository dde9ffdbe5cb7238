import TestSupport
import Testing

@testable import Tensors

@Suite("Products by head")
struct HeadProductTests {
    private let heads = 2
    private let x = GradientCheck.noise([3, 5, 8], seed: 1)
    private let y = GradientCheck.noise([3, 10, 6], seed: 2)
    private let weight = GradientCheck.noise([8, 6], seed: 3)
    private let transposedWeight = GradientCheck.noise([6, 8], seed: 3)

    private func weights(_ matrix: Tensor) -> HeadWeights {
        HeadWeights(matrix, isTransposed: matrix.shape == [6, 8], heads: heads)
    }

    /// The element of the weights for a head's channel and a wide channel.
    private func element(_ matrix: Tensor, _ head: Int, _ channel: Int, _ wide: Int) -> Float {
        let narrow = head * 4 + channel
        return matrix.shape == [6, 8] ? matrix.values[wide * 8 + narrow] : matrix.values[narrow * 6 + wide]
    }

    @Test("carry every head's vectors as their naive twin", arguments: [false, true])
    func whenVectorsAreExpanded_thenEveryHeadHasItsOwnRows(isTransposed: Bool) {
        let matrix = isTransposed ? transposedWeight : weight
        let wide = x.expandedByHead(weights(matrix))
        #expect(wide.shape == [3, 10, 6])
        for item in 0..<3 {
            for (head, row) in [(0, 0), (0, 4), (1, 2)] {
                for channel in 0..<6 {
                    let naive = (0..<4).reduce(Float(0)) {
                        $0 + x.values[(item * 5 + row) * 8 + head * 4 + $1] * element(matrix, head, $1, channel)
                    }
                    let found = wide.values[(item * 10 + head * 5 + row) * 6 + channel]
                    #expect(abs(found - naive) < 1e-5)
                }
            }
        }
    }

    @Test("carry them back as their naive twin", arguments: [false, true])
    func whenVectorsAreContracted_thenHeadsLieSideBySide(isTransposed: Bool) {
        let matrix = isTransposed ? transposedWeight : weight
        let narrow = y.contractedByHead(weights(matrix))
        #expect(narrow.shape == [3, 5, 8])
        for (item, row, head, channel) in [(0, 0, 0, 0), (1, 3, 1, 2), (2, 4, 1, 3)] {
            let naive = (0..<6).reduce(Float(0)) {
                $0 + y.values[(item * 10 + head * 5 + row) * 6 + $1] * element(matrix, head, channel, $1)
            }
            #expect(abs(narrow.values[(item * 5 + row) * 8 + head * 4 + channel] - naive) < 1e-5)
        }
    }

    @Test("have gradients that agree with finite differences", arguments: [false, true])
    func whenVectorsAndWeightsChange_thenGradientsFollow(isTransposed: Bool) {
        let matrix = isTransposed ? transposedWeight : weight
        let expanding = GradientCheck.largestError(of: [x, matrix]) { $0[0].expandedByHead(weights($0[1])) }
        let contracting = GradientCheck.largestError(of: [y, matrix]) { $0[0].contractedByHead(weights($0[1])) }
        #expect(expanding < 5e-3)
        #expect(contracting < 5e-3)
    }
}
