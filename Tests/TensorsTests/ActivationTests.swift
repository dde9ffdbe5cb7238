import Foundation
import Tensors
import Testing

@Suite("Activations agree with the mathematical functions")
struct ActivationTests {
    /// From −12 to 12 in steps that hit neither whole vectors nor round numbers.
    private let x = Tensor((0..<24_007).map { Float($0) / 1_000.13 - 12 }, shape: [24_007])

    private func largestError(_ activation: Activation, within limit: Float = 100, _ exact: (Double) -> Double)
        -> Double
    {
        var largest = 0.0
        for (input, output) in zip(x.values, x.activated(activation).values) where abs(input) < limit {
            largest = max(largest, abs(Double(output) - exact(Double(input))))
        }
        return largest
    }

    private func exactGELU(_ x: Double) -> Double { x * 0.5 * erfc(-x / 2.0.squareRoot()) }

    @Test func geluIsExactToRounding() {
        #expect(largestError(.gelu, exactGELU) < 1e-6)
        #expect(largestError(.gelu, within: 2, exactGELU) < 2.5e-7)
    }

    @Test func sigmoidIsExactToRounding() {
        #expect(largestError(.sigmoid) { 1 / (1 + exp(-$0)) } < 1.5e-7)
    }

    @Test func reluKeepsPositiveValuesOnly() {
        #expect(x.activated(.relu).values == x.values.map { max($0, 0) })
    }

    @Test func whenValuesAreExtreme_thenResultsStayFinite() {
        let extreme = Tensor([-1e30, -200, -0.0, 200, 1e30], shape: [5])
        #expect(extreme.activated(.gelu).values.map(abs) == [0, 0, 0, 200, 1e30])
        let sigmoid = extreme.activated(.sigmoid).values
        #expect(sigmoid[0] < 1e-30 && sigmoid[2] == 0.5 && sigmoid[4] == 1)
    }

    @Test(arguments: [1, 5, 16, 17, 40, 63])
    func biasAndActivationInOnePassEqualTwoPasses(width: Int) {
        let bias = noise([width], seed: 7)
        for activation in [Activation.identity, .relu, .gelu, .sigmoid] {
            var fused = noise([9, width])
            fused.add(bias: bias, activation: activation)
            #expect(fused.values == noise([9, width]).adding(bias).activated(activation).values)
        }
    }

    @Test func sumsRepeatTheShorterTensor() {
        let (long, short) = (noise([3, 5, 7]), noise([1, 5, 7], seed: 2))
        let expected = long.values.enumerated().map { $1 + short.values[$0 % 35] }
        #expect(long.adding(short).values == expected)
        var sum = long
        sum.add(long)
        #expect(sum.values == long.scaled(by: 2).values)
    }
}
