import CKernels
import Tensors
import Testing

@Suite("Products in bf16", .serialized)
struct BFloat16Tests {
    /// To nearest, to even on a tie, by comparing with both neighbours; the naive twin.
    private func rounded(_ x: Float) -> UInt16 {
        let low = UInt16(x.bitPattern >> 16)
        guard x.isFinite else { return x.isNaN ? low | 0x40 : low }
        func value(_ bits: UInt16) -> Double {
            // The neighbour of the largest number, which is infinite, counts as the next power of two.
            let float = Float(bitPattern: UInt32(bits) << 16)
            return float.isFinite ? Double(float) : (float < 0 ? -0x1p128 : 0x1p128)
        }
        let (below, above) = (abs(Double(x) - value(low)), abs(value(low + 1) - Double(x)))
        if below != above { return below < above ? low : low + 1 }
        return low % 2 == 0 ? low : low + 1
    }

    @Test func roundingIsToNearestAndToEven() {
        var patterns: [UInt32] = [
            0, 1, 0x7fff, 0x8000, 0x8001, 0x18000, 0x7f7f_7fff, 0x7f7f_8000, 0x7f7f_ffff, 0x7f80_0000,
        ]
        patterns += [0x7f80_0001, 0x7fc0_0000, 0x7fff_ffff, 0x3f80_8000, 0x3f81_8000, 0x3f80_8001, 0x007f_ffff]
        patterns += patterns.map { $0 | 0x8000_0000 }
        patterns += (0..<4_001).map { UInt32(truncatingIfNeeded: $0 &* 2_654_435_761) }
        let values = patterns.map { Float(bitPattern: $0) }
        var result = [UInt16](repeating: 0, count: values.count)
        kernel_round_bfloat16_rows(values, values.count, &result, 1, values.count)
        #expect(result == values.map(rounded))
    }

    @Test func whenRowsAreApart_thenTheyAreRoundedSideBySide() {
        let values = noise([5, 40]).values
        var result = [UInt16](repeating: 0, count: 5 * 37)
        kernel_round_bfloat16_rows(values, 40, &result, 5, 37)
        #expect(result == (0..<5 * 37).map { rounded(values[$0 / 37 * 40 + $0 % 37]) })
    }

    @Test(arguments: ProductKind.allCases, [[128, 200, 131], [513, 770, 129], [2_050, 66, 65]])
    func whenBF16IsAskedFor_thenTheErrorIsThatOfRounding(kind: ProductKind, sizes: [Int]) {
        for (padding, adds) in [(0, false), (5, true)] {
            let problem = ProductProblem(kind, sizes, padding: padding, adds: adds)
            let result = ProductPrecision.$current.withValue(.bfloat16) { problem.compute() }
            #expect(problem.largestError(of: result, precision: .bfloat16) < 1)
            #expect(problem.gaps(of: result).allSatisfy { $0 == ProductProblem.untouched })
            // Where the CPU has no such instructions nothing changes.
            #expect((result == problem.compute()) == !ProductPrecision.isBFloat16Fast)
        }
    }

    @Test func whenAProductIsSmall_thenItStaysFP32() {
        for sizes in [[7, 256, 256], [4_096, 7, 128], [64, 64, 64]] {
            let problem = ProductProblem(.right, sizes, padding: 0, adds: false)
            #expect(ProductPrecision.$current.withValue(.bfloat16) { problem.compute() } == problem.compute())
        }
    }

    @Test func whenAWeightIsWrittenTo_thenItsRoundedElementsAreMadeAnew() {
        let x = noise([256, 128])
        var weight = noise([192, 128], seed: 2)
        ProductPrecision.$current.withValue(.bfloat16) {
            let first = x.multiplied(byTransposed: weight)
            let copy = weight
            weight.add(noise([192, 128], seed: 3))
            let fresh = Tensor(weight.values, shape: weight.shape)
            #expect(x.multiplied(byTransposed: weight).values == x.multiplied(byTransposed: fresh).values)
            #expect(x.multiplied(byTransposed: weight).values != first.values)
            #expect(x.multiplied(byTransposed: copy).values == first.values)
            weight.add(noise([192, 128], seed: 4))
            let again = Tensor(weight.values, shape: weight.shape)
            #expect(x.multiplied(byTransposed: weight).values == x.multiplied(byTransposed: again).values)
        }
    }

    @Test func whenWorkIsDivided_thenHelpersMultiplyInTheCallersPrecision() {
        let count = ComputeThreads.count
        defer { ComputeThreads.use(count) }
        let (q, k) = (noise([1, 400, 256]), noise([1, 300, 256], seed: 2))
        let results = [1, 4].map { threads in
            ComputeThreads.use(threads)
            return ProductPrecision.$current.withValue(.bfloat16) {
                attention(queries: q, keys: k, values: k, heads: 4).values
            }
        }
        #expect(results[0] == results[1])
        let exact = attention(queries: q, keys: k, values: k, heads: 4).values
        #expect((results[0] == exact) == !ProductPrecision.isBFloat16Fast)
    }
}
