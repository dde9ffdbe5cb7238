import Foundation
import Tensors
import TestSupport
import Testing

@Suite("Gradients of activations agree with the derivatives")
struct ActivationGradientTests {
    /// From −12 to 12 in steps that hit neither whole vectors nor round numbers.
    private let x = Tensor((0..<24_007).map { Float($0) / 1_000.13 - 12 }, shape: [24_007])

    private func largestError(_ activation: Activation, _ derivative: (Double) -> Double) throws -> Double {
        let leaf = x.tracked()
        let seed = noise(x.shape, seed: 4)
        let gradient = try #require(leaf.activated(activation).gradients(of: [leaf], seed: seed)[0])
        var largest = 0.0
        for ((input, weight), value) in zip(zip(x.values, seed.values), gradient.values) {
            largest = max(largest, abs(Double(value) - Double(weight) * derivative(Double(input))))
        }
        return largest
    }

    @Test func geluUsesTheErrorFunction() throws {
        let error = try largestError(.gelu) { x in
            0.5 * erfc(-x / 2.0.squareRoot()) + x * exp(-x * x / 2) / (2 * Double.pi).squareRoot()
        }
        #expect(error < 1e-6)
    }

    @Test func sigmoidFollowsItsResult() throws {
        #expect(try largestError(.sigmoid) { 1 / (1 + exp(-$0)) * (1 - 1 / (1 + exp(-$0))) } < 3e-7)
    }

    @Test func reluPassesWhereItsInputIsPositive() throws {
        #expect(try largestError(.relu) { $0 > 0 ? 1 : 0 } == 0)
        let zero = Tensor([0, -0.0, 1, -1], shape: [4]).tracked()
        let gradient = try #require(zero.activated(.relu).gradients(of: [zero])[0])
        #expect(gradient.values == [0, 0, 1, 0])
    }

    @Test func identityPassesAll() throws {
        #expect(try largestError(.identity) { _ in 1 } == 0)
    }

    @Test func whenValuesAreExtreme_thenGradientsStayFinite() throws {
        let extreme = Tensor([-1e30, -200, -30, 30, 200, 1e30], shape: [6]).tracked()
        for activation in [Activation.gelu, .sigmoid] {
            let gradient = try #require(extreme.activated(activation).gradients(of: [extreme])[0])
            let ends: [Float] = activation == .gelu ? [0, 0, 0, 1, 1, 1] : [0, 0, 0, 0, 0, 0]
            for (value, end) in zip(gradient.values, ends) { #expect(abs(value - end) < 1e-12) }
        }
    }

    @Test(arguments: [Activation.identity, .relu, .gelu, .sigmoid], [1, 5, 16, 17, 40])
    func biasAndActivation(activation: Activation, width: Int) {
        let inputs = [noise([3, 2, width]), noise([width], seed: 2)]
        func function(_ x: [Tensor]) -> Tensor {
            var y = x[0]
            y.add(bias: x[1], activation: activation)
            return y
        }
        expectFrozenInputsToChangeNothing(inputs, function)
        expectTrackingToKeepTheResult(inputs, function)
        let fused = gradients(of: inputs, function)
        let separate = gradients(of: inputs) { $0[0].adding($0[1]).activated(activation) }
        for (left, right) in zip(fused, separate) { #expect(left?.values == right?.values) }
    }

    @Test func whenATensorIsActivatedInPlaceAndUsedBefore_thenTheFormerStays() {
        let x = GradientCheck.noise([3, 5], seed: 1)
        let error = GradientCheck.largestError(of: [x]) { inputs in
            var y = inputs[0].scaled(by: 2)
            let before = y
            y.add(bias: nil, activation: .sigmoid)
            return y.multipliedElements(by: before)
        }
        #expect(error < 1e-3)
    }
}
