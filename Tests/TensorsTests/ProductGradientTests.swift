import Tensors
import TestSupport
import Testing

@Suite("Gradients of products agree with finite differences")
struct ProductGradientTests {
    private func operands(_ shapes: [[Int]]) -> [Tensor] {
        shapes.enumerated().map { GradientCheck.noise($1, seed: UInt64($0 + 1)) }
    }

    @Test(arguments: [(1, 1, 1), (3, 5, 7), (6, 17, 4)])
    func matrixProducts(rows: Int, inner: Int, columns: Int) {
        let transposed = operands([[rows, 2, inner], [columns, inner]])
        #expect(GradientCheck.largestError(of: transposed) { $0[0].multiplied(byTransposed: $0[1]) } < 1e-3)
        expectFrozenInputsToChangeNothing(transposed) { $0[0].multiplied(byTransposed: $0[1]) }
        let plain = operands([[rows, 2, inner], [inner, columns]])
        #expect(GradientCheck.largestError(of: plain) { $0[0].multiplied(by: $0[1]) } < 1e-3)
        expectFrozenInputsToChangeNothing(plain) { $0[0].multiplied(by: $0[1]) }
    }

    @Test func whenBothOperandsAreTheSame_thenBothContributionsAdd() {
        let x = operands([[5, 3]])
        #expect(GradientCheck.largestError(of: x) { $0[0].multiplied(byTransposed: $0[0]) } < 1e-3)
        let batch = operands([[2, 5, 3]])
        #expect(GradientCheck.largestError(of: batch) { $0[0].batchMultiplied(byTransposed: $0[0]) } < 1e-3)
        #expect(GradientCheck.largestError(of: x) { $0[0].multipliedElements(by: $0[0]) } < 1e-3)
    }

    @Test(arguments: [(1, 1, 1, 1), (3, 2, 5, 7), (2, 4, 19, 17)])
    func batchesOfProducts(batch: Int, rows: Int, columns: Int, inner: Int) {
        let inputs = operands([[batch, rows, inner], [batch, columns, inner]])
        let product = inputs[0].batchMultiplied(byTransposed: inputs[1])
        for item in 0..<batch {
            let (left, right) = (inputs[0].slice(item..<item + 1), inputs[1].slice(item..<item + 1))
            let single = left.multiplied(byTransposed: right.reshaped([columns, inner]))
            #expect(largestDifference(product.slice(item..<item + 1), single) < 1e-6)
        }
        #expect(GradientCheck.largestError(of: inputs) { $0[0].batchMultiplied(byTransposed: $0[1]) } < 1e-3)
        expectFrozenInputsToChangeNothing(inputs) { $0[0].batchMultiplied(byTransposed: $0[1]) }
    }

    @Test func elementsTimesElements() {
        let inputs = operands([[3, 4, 5], [3, 4, 5]])
        let product = inputs[0].multipliedElements(by: inputs[1])
        #expect(product.values == zip(inputs[0].values, inputs[1].values).map { $0 * $1 })
        #expect(GradientCheck.largestError(of: inputs) { $0[0].multipliedElements(by: $0[1]) } < 1e-3)
        expectFrozenInputsToChangeNothing(inputs) { $0[0].multipliedElements(by: $0[1]) }
    }

    /// Inputs whose linear map gives nothing near the bend of ReLU.
    private func linearOperands(_ rows: Int, _ inputs: Int, _ outputs: Int) -> [Tensor] {
        let x = operands([[rows, inputs], [outputs, inputs]])
        let bias = Tensor((0..<outputs).map { $0.isMultiple(of: 2) ? 9 : -9 }, shape: [outputs])
        return x + [bias]
    }

    @Test(arguments: [Activation.identity, .relu, .gelu, .sigmoid])
    func linearMaps(activation: Activation) {
        for (rows, width, outputs) in [(1, 2, 2), (4, 7, 5), (3, 5, 18)] {
            let inputs =
                activation == .relu
                ? linearOperands(rows, width, outputs) : operands([[rows, width], [outputs, width], [outputs]])
            func map(_ x: [Tensor]) -> Tensor { Linear(weight: x[1], bias: x[2])(x[0], activation: activation) }
            func unbiased(_ x: [Tensor]) -> Tensor { Linear(weight: x[1], bias: nil)(x[0], activation: activation) }
            #expect(GradientCheck.largestError(of: inputs, function: map) < 2e-3)
            expectFrozenInputsToChangeNothing(inputs, map)
            expectTrackingToKeepTheResult(inputs, map)
            expectFrozenInputsToChangeNothing(Array(inputs.prefix(2)), unbiased)
            expectTrackingToKeepTheResult(Array(inputs.prefix(2)), unbiased)
            if activation != .relu {
                #expect(GradientCheck.largestError(of: Array(inputs.prefix(2)), function: unbiased) < 2e-3)
            }
        }
    }

    @Test func whenALinearMapHasLeadingAxes_thenItsGradientsHaveThemToo() {
        let inputs = operands([[2, 3, 4, 5], [6, 5], [6]])
        #expect(GradientCheck.largestError(of: inputs) { Linear(weight: $0[1], bias: $0[2])($0[0]) } < 1e-3)
    }

    @Test(arguments: [(300, 200, 130), (70, 1, 3), (1, 40, 50)])
    func sumsOfOuterProducts(rows: Int, left: Int, right: Int) {
        let (a, b) = (noise([rows, left]), noise([rows, right], seed: 2))
        let expected = a.transposed().multiplied(by: b)
        #expect(largestDifference(a.multipliedOverRows(by: b), expected) < 1e-3)
    }
}
