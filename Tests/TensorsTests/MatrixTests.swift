import Foundation
import Tensors
import Testing

@Suite("Matrix operations agree with their naive twins")
struct MatrixTests {
    @Test(arguments: [(1, 1, 1), (3, 5, 7), (17, 33, 9), (64, 96, 31)])
    func linearMapsEveryRow(rows: Int, inputs: Int, outputs: Int) {
        let x = noise([rows, inputs])
        let (weight, bias) = (noise([outputs, inputs], seed: 2), noise([outputs], seed: 3))
        let expected = (0..<rows * outputs).map { index -> Float in
            let (row, output) = (index / outputs, index % outputs)
            return Float(
                (0..<inputs).reduce(Double(bias.values[output])) {
                    $0 + Double(x.values[row * inputs + $1]) * Double(weight.values[output * inputs + $1])
                }
            )
        }
        let exact = Tensor(expected, shape: [rows, outputs])
        #expect(largestDifference(Linear(weight: weight, bias: bias)(x), exact) < 2e-5)
        let product = x.multiplied(by: weight.transposed()).adding(bias)
        #expect(largestDifference(product, exact) < 2e-5)
    }

    @Test(arguments: [(7, 64, 16, 8), (64, 7, 16, 8), (5, 5, 12, 3), (1, 9, 4, 1)])
    func attentionWeighsValues(queryCount: Int, keyCount: Int, width: Int, heads: Int) {
        let q = noise([2, queryCount, width])
        for sets in [1, 2] {
            let (k, v) = (noise([sets, keyCount, width], seed: 2), noise([sets, keyCount, width], seed: 3))
            let depth = width / heads
            let expected = (0..<2 * queryCount * width).map { index -> Float in
                let (channel, query, item) = (index % width, index / width % queryCount, index / width / queryCount)
                let set = sets == 1 ? 0 : item
                let channels = channel / depth * depth..<(channel / depth + 1) * depth
                let weights = (0..<keyCount).map { key in
                    exp(
                        channels.reduce(0.0) {
                            $0 + element(q.values, q.shape, [item, query, $1])
                                * element(k.values, k.shape, [set, key, $1])
                        } / Double(depth).squareRoot()
                    )
                }
                let sum = weights.enumerated().reduce(0.0) {
                    $0 + $1.element * element(v.values, v.shape, [set, $1.offset, channel])
                }
                return Float(sum / weights.reduce(0, +))
            }
            let result = attention(queries: q, keys: k, values: v, heads: heads)
            #expect(largestDifference(result, Tensor(expected, shape: q.shape)) < 3e-6)
        }
    }

    @Test func whenThereAreThousandsOfKeys_thenTheSumKeepsItsDigits() {
        let keys = 4_096
        let (q, k) = (noise([1, 3, 16]).scaled(by: 0.1), noise([1, keys, 16], seed: 2))
        let v = noise([1, keys, 16], seed: 3).adding(Tensor([Float](repeating: 40, count: 16), shape: [16]))
        let result = attention(queries: q, keys: k, values: v, heads: 1).values
        let (queries, keyValues, values) = (q.values, k.values, v.values)
        for query in 0..<3 {
            var (sum, mixed) = (0.0, 0.0)
            for key in 0..<keys {
                var logit = 0.0
                for d in 0..<16 { logit += Double(queries[query * 16 + d]) * Double(keyValues[key * 16 + d]) }
                sum += exp(logit / 4)
                mixed += exp(logit / 4) * Double(values[key * 16 + 5])
            }
            #expect(abs(Double(result[query * 16 + 5]) - mixed / sum) < 4e-5)
        }
    }

    @Test(arguments: [[2, 3, 5, 7], [1, 1, 1, 1], [1, 33, 17, 19]])
    func layoutsSwapAndReturn(shape: [Int]) {
        let x = noise(shape)
        let last = x.channelsLast()
        #expect(last.shape == [shape[0], shape[2], shape[3], shape[1]])
        let index = shape.map { $0 - 1 }
        #expect(
            element(x.values, shape, [index[0], 0, index[2], index[3]])
                == element(last.values, last.shape, [index[0], index[2], index[3], 0])
        )
        #expect(last.channelsFirst().values == x.values)
    }

    @Test(arguments: [(4, 6, 9, 5), (8, 8, 16, 16), (16, 12, 4, 3), (5, 7, 1, 1), (1, 1, 3, 4)])
    func bilinearResizeReadsTwoTapsAtHalfPixels(rows: Int, columns: Int, newRows: Int, newColumns: Int) {
        let x = noise([2, rows, columns, 3])
        func taps(_ position: Int, _ input: Int, _ output: Int) -> (Int, Int, Double) {
            let source = max(0, (Double(position) + 0.5) * Double(input) / Double(output) - 0.5)
            let low = min(Int(source), input - 1)
            return (low, min(low + 1, input - 1), source - Double(low))
        }
        let shape = [2, newRows, newColumns, 3]
        let expected = (0..<shape.reduce(1, *)).map { index -> Float in
            let (channel, pixel) = (index % 3, index / 3)
            let image = pixel / newColumns / newRows
            let (top, bottom, down) = taps(pixel / newColumns % newRows, rows, newRows)
            let (left, right, across) = taps(pixel % newColumns, columns, newColumns)
            func at(_ row: Int, _ column: Int) -> Double { element(x.values, x.shape, [image, row, column, channel]) }
            return Float(
                (1 - down) * ((1 - across) * at(top, left) + across * at(top, right))
                    + down * ((1 - across) * at(bottom, left) + across * at(bottom, right))
            )
        }
        let result = x.resizedBilinearly(rows: newRows, columns: newColumns)
        #expect(largestDifference(result, Tensor(expected, shape: shape)) < 2e-6)
    }

    @Test func whenACopyIsWritten_thenTheOriginalStays() {
        let original = noise([4, 4])
        var copy = original.reshaped([16])
        copy.add(original)
        #expect(original.values == noise([4, 4]).values)
        #expect(copy.values == original.scaled(by: 2).values)
    }

    @Test func slicesAndJoinsAlongTheOutermostAxis() {
        let x = noise([5, 3])
        #expect(Tensor.joined([x.slice(0..<2), x.slice(2..<5)]).values == x.values)
        #expect(x.slice(4..<5).repeated(2).values == x.slice(4..<5).values + x.slice(4..<5).values)
    }
}
