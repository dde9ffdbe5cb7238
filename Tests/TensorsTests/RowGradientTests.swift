import Foundation
import Tensors
import TestSupport
import Testing

@Suite("Gradients of row operations agree with their naive twins")
struct RowGradientTests {
    private let epsilon = 1e-5

    /// Gradients of the normalisation of one row, in double.
    private func naiveNorm(_ x: [Double], _ gradient: [Double], _ scale: [Double]) -> (x: [Double], normal: [Double]) {
        let count = Double(x.count)
        let mean = x.reduce(0, +) / count
        let deviation = (x.reduce(0) { $0 + ($1 - mean) * ($1 - mean) } / count + epsilon).squareRoot()
        let normal = x.map { ($0 - mean) / deviation }
        let inner = zip(gradient, scale).map { $0 * $1 }
        let sum = inner.reduce(0, +) / count
        let product = zip(inner, normal).reduce(0) { $0 + $1.0 * $1.1 } / count
        return (zip(inner, normal).map { ($0 - sum - $1 * product) / deviation }, normal)
    }

    private func row(_ index: Int, of tensor: Tensor) -> [Double] {
        tensor.values[index * tensor.lastAxis..<(index + 1) * tensor.lastAxis].map(Double.init)
    }

    @Test(arguments: [1, 3, 16, 31, 40, 257, 768])
    func layerNorm(width: Int) throws {
        let inputs = [noise([11, width]).scaled(by: 3), noise([width], seed: 2), noise([width], seed: 3)]
        let found = gradients(of: inputs) { LayerNorm(scale: $0[1], shift: $0[2], epsilon: 1e-5)($0[0]) }
        let seed = noise([11, width], seed: 99)
        var (ofX, ofScale, ofShift) = (
            [Float](), [Double](repeating: 0, count: width), [Double](repeating: 0, count: width)
        )
        for index in 0..<11 {
            let gradient = row(index, of: seed)
            let naive = naiveNorm(row(index, of: inputs[0]), gradient, inputs[1].values.map(Double.init))
            ofX += naive.x.map(Float.init)
            for column in 0..<width {
                ofScale[column] += gradient[column] * naive.normal[column]
                ofShift[column] += gradient[column]
            }
        }
        // One element alone is its own mean: what is left is rounding, over √ε.
        let limit: Float = width == 1 ? 1e-3 : 2e-5
        #expect(largestDifference(try #require(found[0]), Tensor(ofX, shape: [11, width])) < limit)
        #expect(largestDifference(try #require(found[1]), Tensor(ofScale.map(Float.init), shape: [width])) < 2e-5)
        #expect(largestDifference(try #require(found[2]), Tensor(ofShift.map(Float.init), shape: [width])) < 2e-6)
    }

    @Test func layerNormAgreesWithFiniteDifferences() {
        let inputs = [[2, 3, 5], [5], [5]].enumerated().map { GradientCheck.noise($1, seed: UInt64($0 + 1)) }
        func norm(_ x: [Tensor]) -> Tensor { LayerNorm(scale: x[1], shift: x[2], epsilon: 1e-2)(x[0]) }
        #expect(GradientCheck.largestError(of: inputs, function: norm) < 3e-3)
        expectFrozenInputsToChangeNothing(inputs, norm)
        expectTrackingToKeepTheResult(inputs, norm)
    }

    private func softmax(_ x: [Tensor]) -> Tensor {
        var y = x[0]
        y.softmaxRows(scale: 0.7)
        return y
    }

    @Test(arguments: [1, 2, 7, 16, 31, 257])
    func softmax(width: Int) throws {
        let x = noise([5, width]).scaled(by: 2)
        let found = try #require(gradients(of: [x], softmax)[0])
        let seed = noise([5, width], seed: 99)
        let expected = (0..<5).flatMap { index -> [Float] in
            let exponentials = row(index, of: x).map { exp(0.7 * $0) }
            let y = exponentials.map { $0 / exponentials.reduce(0, +) }
            let gradient = row(index, of: seed)
            let dot = zip(y, gradient).reduce(0) { $0 + $1.0 * $1.1 }
            return zip(y, gradient).map { Float(0.7 * $0 * ($1 - dot)) }
        }
        #expect(largestDifference(found, Tensor(expected, shape: x.shape)) < 2e-6)
    }

    @Test func softmaxAgreesWithFiniteDifferences() {
        let x = [GradientCheck.noise([3, 7], seed: 1)]
        #expect(GradientCheck.largestError(of: x, function: softmax) < 1e-3)
        expectTrackingToKeepTheResult(x, softmax)
    }

    @Test(arguments: [1, 17, 40])
    func rowsTimesTheFactorsOfTheirItem(width: Int) {
        let inputs = [GradientCheck.noise([2, 3, 2, width], seed: 1), GradientCheck.noise([2, width], seed: 2)]
        #expect(GradientCheck.largestError(of: inputs) { $0[0].multipliedRows(by: $0[1]) } < 1e-3)
        expectFrozenInputsToChangeNothing(inputs) { $0[0].multipliedRows(by: $0[1]) }
    }

    @Test func meansOverRows() {
        let x = [GradientCheck.noise([2, 3, 5, 7], seed: 1)]
        #expect(GradientCheck.largestError(of: x, step: 1) { $0[0].meanOverRows() } < 1e-4)
        #expect(
            GradientCheck.largestError(of: [GradientCheck.noise([4, 3], seed: 2)], step: 1) { $0[0].meanOverRows() }
                < 1e-4
        )
    }

    @Test func whenRowsAreManyAndNarrow_thenTheirSumsStayExact() throws {
        let inputs = [noise([70_001, 3]), noise([3], seed: 2)]
        let found = try #require(gradients(of: inputs) { $0[0].adding($0[1]) }[1])
        let seed = noise([70_001, 3], seed: 99).values
        for column in 0..<3 {
            let sum = stride(from: column, to: seed.count, by: 3).reduce(0.0) { $0 + Double(seed[$1]) }
            #expect(found.values[column] == Float(sum))
        }
    }
}
