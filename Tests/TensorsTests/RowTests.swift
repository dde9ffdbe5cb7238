import CKernels
import Foundation
import Tensors
import Testing

@Suite("Row kernels agree with their naive twins")
struct RowTests {
    private func naiveSoftmax(_ row: [Float], scale: Double) -> [Float] {
        let largest = row.map { Double($0) * scale }.max() ?? 0
        let exponentials = row.map { exp(Double($0) * scale - largest) }
        let sum = exponentials.reduce(0, +)
        return exponentials.map { Float($0 / sum) }
    }

    @Test(arguments: [1, 2, 7, 16, 31, 196, 257])
    func softmaxOfEveryRow(width: Int) {
        var x = noise([11, width]).scaled(by: 9)
        let expected = (0..<11).flatMap { naiveSoftmax(Array(x.values[$0 * width..<($0 + 1) * width]), scale: 0.3) }
        x.softmaxRows(scale: 0.3)
        #expect(largestDifference(x, Tensor(expected, shape: [11, width])) < 3e-7)
    }

    @Test(arguments: [(3, 5), (5, 5), (14, 14)])
    func softmaxWithRelativePositions(high: Int, wide: Int) {
        let rows = 6
        let x = noise([rows, high * wide])
        let terms = noise([rows, 2 * (high + wide)], seed: 3)
        let (highStart, wideStart) = (
            (0..<rows).map { Int32($0 % high) }, (0..<rows).map { Int32(2 * high + $0 % wide) }
        )
        var expected: [Float] = []
        for row in 0..<rows {
            let logits = (0..<high * wide).map { key -> Float in
                let first = row * 2 * (high + wide)
                return x.values[row * high * wide + key] * 0.25
                    + terms.values[first + Int(highStart[row]) + key / wide]
                    + terms.values[first + Int(wideStart[row]) + key % wide]
            }
            expected += naiveSoftmax(logits, scale: 1)
        }
        var result = x.values
        kernel_softmax_relative_rows(
            &result,
            rows,
            high,
            wide,
            0.25,
            terms.values,
            2 * (high + wide),
            highStart,
            wideStart
        )
        #expect(largestDifference(Tensor(result, shape: x.shape), Tensor(expected, shape: x.shape)) < 3e-7)
    }

    @Test(arguments: [1, 4, 10, 16, 40, 257, 768])
    func layerNormOfEveryRow(width: Int) {
        let x = noise([13, width]).scaled(by: 5)
        let (scale, shift) = (noise([width], seed: 5), noise([width], seed: 6))
        let expected = (0..<13).flatMap { row -> [Float] in
            let values = x.values[row * width..<(row + 1) * width].map(Double.init)
            let mean = values.reduce(0, +) / Double(width)
            let variance = values.reduce(0) { $0 + ($1 - mean) * ($1 - mean) } / Double(width)
            return values.enumerated().map { index, value in
                let normal = (value - mean) / (variance + 1e-5).squareRoot()
                return Float(normal * Double(scale.values[index]) + Double(shift.values[index]))
            }
        }
        let result = LayerNorm(scale: scale, shift: shift, epsilon: 1e-5)(x)
        #expect(largestDifference(result, Tensor(expected, shape: x.shape)) < 4e-6)
    }

    @Test(arguments: [1, 17, 40])
    func rowsTimesTheFactorsOfTheirItem(width: Int) {
        let (x, factors) = (noise([2, 3, 5, width]), noise([2, width], seed: 2))
        let expected = x.values.enumerated().map { index, value in
            value * factors.values[index / (15 * width) * width + index % width]
        }
        #expect(x.multipliedRows(by: factors).values == expected)
    }

    @Test func meanOverRowsIsTheMeanOfEachChannel() {
        let x = noise([2, 6, 5])
        let expected = (0..<2).flatMap { item in
            (0..<5).map { channel -> Float in
                Float((0..<6).reduce(0) { $0 + element(x.values, x.shape, [item, $1, channel]) } / 6)
            }
        }
        #expect(largestDifference(x.meanOverRows(), Tensor(expected, shape: [2, 5])) < 1e-6)
    }
}
