import Tensors
import TestSupport
import Testing

@Suite("Gradients of parts, layouts and sizes go back to where the elements came from")
struct PartGradientTests {
    /// All of these are linear, so a large step is exact but for rounding.
    private func error(_ shapes: [[Int]], _ function: ([Tensor]) -> Tensor) -> Double {
        let inputs = shapes.enumerated().map { GradientCheck.noise($1, seed: UInt64($0 + 1)) }
        expectFrozenInputsToChangeNothing(inputs, function)
        return GradientCheck.largestError(of: inputs, step: 1, function: function)
    }

    @Test func slicesOfTheOutermostAxis() {
        #expect(error([[5, 2, 3]]) { $0[0].slice(1..<4) } < 1e-5)
        #expect(error([[5]]) { $0[0].slice(4..<5) } < 1e-5)
        #expect(error([[5, 3]]) { $0[0].slice(0..<3).adding($0[0].slice(2..<5)) } < 1e-5)
    }

    @Test func rowsOfEveryItem() {
        let x = noise([2, 4, 3])
        #expect(x.row(2).shape == [2, 3])
        #expect(x.row(2).values == Array(x.values[6..<9] + x.values[18..<21]))
        #expect(x.rows(1..<3).values == Array(x.values[3..<9] + x.values[15..<21]))
        #expect(error([[2, 4, 3]]) { $0[0].row(2) } < 1e-5)
        #expect(error([[3, 5, 2, 2]]) { $0[0].rows(1..<4) } < 1e-5)
    }

    @Test func whenNothingIsCut_thenNothingIsThere() {
        #expect(noise([3, 4]).slice(2..<2).shape == [0, 4])
        #expect(noise([3, 4, 5]).rows(4..<4).shape == [3, 0, 5])
    }

    @Test func joinedTensors() {
        #expect(error([[2, 3], [1, 3], [4, 3]]) { Tensor.joined($0) } < 1e-5)
        #expect(error([[2, 3]]) { Tensor.joined([$0[0], $0[0]]) } < 1e-5)
    }

    @Test func joinedRows() {
        let (a, b) = (noise([1, 2, 3]), noise([2, 1, 3], seed: 2))
        let joined = Tensor.joinedRows([a, b])
        #expect(joined.shape == [2, 3, 3])
        #expect(joined.values == a.values + b.values[0..<3] + a.values + b.values[3..<6])
        #expect(error([[1, 2, 3], [3, 4, 3]]) { Tensor.joinedRows($0) } < 1e-5)
        #expect(error([[2, 2, 3, 2], [2, 1, 3, 2], [1, 3, 3, 2]]) { Tensor.joinedRows($0) } < 1e-5)
        #expect(error([[1, 2, 3], [1, 4, 3]]) { Tensor.joinedRows($0) } < 1e-5)
    }

    @Test func repetitions() {
        #expect(error([[1, 2, 3]]) { $0[0].repeated(4) } < 1e-5)
        #expect(error([[1, 2, 3]]) { $0[0].repeated(1) } < 1e-5)
    }

    @Test func layouts() {
        #expect(error([[5, 7]]) { $0[0].transposed() } < 1e-5)
        #expect(error([[2, 3, 4, 5]]) { $0[0].channelsLast() } < 1e-5)
        #expect(error([[2, 3, 4, 5]]) { $0[0].channelsFirst() } < 1e-5)
    }

    @Test func chosenElements() {
        let x = noise([4, 2])
        #expect(x.gathered([3, 0, 3]).values == Array(x.values[6..<8] + x.values[0..<2] + x.values[6..<8]))
        #expect(x.reversed().values == x.gathered([3, 2, 1, 0]).values)
        #expect(error([[4, 3, 2]]) { $0[0].gathered([3, 0, 3, 1, 3]) } < 1e-5)
        #expect(error([[4, 35]]) { $0[0].gathered([2, 2]) } < 1e-5)
        #expect(error([[5, 3]]) { $0[0].reversed() } < 1e-5)
    }

    @Test(arguments: [
        (4, 6, 9, 5), (8, 8, 16, 16), (9, 7, 4, 3), (5, 7, 1, 1), (1, 1, 3, 4), (3, 5, 3, 11), (10, 2, 3, 2),
    ])
    func bilinearResizing(rows: Int, columns: Int, newRows: Int, newColumns: Int) {
        for channels in rows * columns < 20 ? [1, 17] : [2] {
            #expect(
                error([[2, rows, columns, channels]]) { $0[0].resizedBilinearly(rows: newRows, columns: newColumns) }
                    < 1e-5
            )
        }
    }

    /// Large enough to be divided between threads.
    @Test(arguments: [(40, 30, 77, 91), (90, 61, 32, 33)])
    func bilinearResizingOfLargeImages(rows: Int, columns: Int, newRows: Int, newColumns: Int) throws {
        let channels = 33
        let x = noise([2, rows, columns, channels])
        let found = try #require(
            gradients(of: [x]) { $0[0].resizedBilinearly(rows: newRows, columns: newColumns) }[0]
        )
        let seed = noise([2, newRows, newColumns, channels], seed: 99).values
        func taps(_ position: Int, _ input: Int, _ output: Int) -> [(Int, Double)] {
            let source = max(0, (Double(position) + 0.5) * Double(input) / Double(output) - 0.5)
            let low = min(Int(source), input - 1)
            return [(low, 1 - source + Double(low)), (min(low + 1, input - 1), source - Double(low))]
        }
        var expected = [Double](repeating: 0, count: x.count)
        for pixel in 0..<2 * newRows * newColumns {
            let image = pixel / newColumns / newRows
            for (row, down) in taps(pixel / newColumns % newRows, rows, newRows) {
                for (column, across) in taps(pixel % newColumns, columns, newColumns) {
                    let place = ((image * rows + row) * columns + column) * channels
                    for channel in 0..<channels {
                        expected[place + channel] += down * across * Double(seed[pixel * channels + channel])
                    }
                }
            }
        }
        #expect(largestDifference(found, Tensor(expected.map(Float.init), shape: x.shape)) < 1e-4)
    }

    @Test(arguments: [(5, 9), (27, 13), (4, 4), (1, 3)])
    func linearResizing(length: Int, newLength: Int) {
        #expect(error([[length, 3]]) { $0[0].resizedLinearly(length: newLength) } < 1e-5)
    }
}
