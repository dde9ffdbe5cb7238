import CKernels
import Tensors
import Testing

@Suite("Products of matrices agree with sums in double precision", .serialized)
struct ProductTests {
    /// Sizes of both libraries' ranges, with whole blocks and remainders, one tile and many.
    static let sizes = [
        [1, 1, 1], [1, 40, 3], [3, 5, 7], [7, 256, 64], [15, 33, 300], [128, 96, 31], [200, 27, 64], [97, 131, 515],
        [513, 770, 129], [40, 2_000, 300], [1_100, 65, 260], [70, 83, 1_700],
    ]

    @Test(arguments: ProductKind.allCases, sizes)
    func everyVariantMultiplies(kind: ProductKind, sizes: [Int]) {
        for (padding, adds) in [(0, false), (5, true)] {
            let problem = ProductProblem(kind, sizes, padding: padding, adds: adds)
            #expect(problem.largestError(of: problem.compute(), precision: .float32) < 1, "padding \(padding)")
        }
    }

    @Test(arguments: ProductKind.allCases)
    func whenRowsAreFurtherApart_thenWhatLiesBetweenStays(kind: ProductKind) {
        let problem = ProductProblem(kind, [150, 200, 130], padding: 7, adds: false)
        #expect(problem.gaps(of: problem.compute()).allSatisfy { $0 == ProductProblem.untouched })
    }

    @Test(arguments: ProductKind.allCases)
    func whenTheSumIsEmpty_thenTheResultIsZeroOrStays(kind: ProductKind) {
        for adds in [false, true] {
            let problem = ProductProblem(kind, [4, 6, 0], padding: 0, adds: adds)
            #expect(problem.compute() == problem.before.map { adds ? $0 : 0 })
        }
    }

    @Test(arguments: ProductKind.allCases, [ProductPrecision.float32, .bfloat16])
    func whenThreadsAreMoreOrFewer_thenNotABitChanges(kind: ProductKind, precision: ProductPrecision) {
        let count = ComputeThreads.count
        defer { ComputeThreads.use(count) }
        for sizes in [[513, 770, 129], [4_100, 70, 90], [12, 5_000, 300], [300, 310, 700], [150, 200, 2_100]] {
            let problem = ProductProblem(kind, sizes, padding: 3, adds: true)
            let results = [1, 2, 3, 5, 2, 1].map { threads in
                ComputeThreads.use(threads)
                return ProductPrecision.$current.withValue(precision) { problem.compute() }
            }
            #expect(results.allSatisfy { $0 == results[0] }, "\(sizes)")
        }
    }

    @Test(arguments: [(1, 1), (16, 16), (15, 33), (50, 47), (64, 7)])
    func packingTransposes(rows: Int, columns: Int) {
        let x = noise([rows, columns + 3]).values
        var y = [Float](repeating: ProductProblem.untouched, count: columns * (rows + 2))
        kernel_pack_transposed(x, columns + 3, &y, rows + 2, rows, columns)
        for (index, value) in y.enumerated() {
            let (column, row) = (index / (rows + 2), index % (rows + 2))
            #expect(value == (row < rows ? x[row * (columns + 3) + column] : ProductProblem.untouched))
        }
    }

    @Test func whenSeveralThreadsMultiplyAtOnce_thenEachGetsItsOwnResult() async {
        let problems = ProductKind.allCases.flatMap { kind in
            [[200, 27, 64], [513, 170, 129], [97, 131, 515]].map { ProductProblem(kind, $0, padding: 1, adds: true) }
        }
        let expected = problems.map { $0.compute() }
        await withTaskGroup(of: Bool.self) { group in
            for round in 0..<24 {
                let precision: ProductPrecision = round % 3 == 0 ? .bfloat16 : .float32
                group.addTask {
                    problems.indices.allSatisfy { index in
                        let problem = problems[(index + round) % problems.count]
                        let result = ProductPrecision.$current.withValue(precision) { problem.compute() }
                        return precision == .float32
                            ? result == expected[(index + round) % problems.count]
                            : problem.largestError(of: result, precision: .bfloat16) < 1
                    }
                }
            }
            for await isRight in group { #expect(isRight) }
        }
    }
}

/// Which side of a product is transposed.
enum ProductKind: CaseIterable {
    case neither
    case left
    case right
}
