import Tensors
import TestSupport
import Testing

@Suite("Steps that are computed again give the same gradients")
struct RecomputationTests {
    @Sendable private static func block(_ x: [Tensor]) -> Tensor {
        let norm = LayerNorm(scale: x[1], shift: x[2], epsilon: 1e-5)
        let inner = Linear(weight: x[3], bias: x[4])(norm(x[0]), activation: .gelu)
        return x[0].adding(Linear(weight: x[5], bias: nil)(inner))
    }

    private let inputs = [[9, 20], [20], [20], [50, 20], [50], [20, 50]].enumerated().map {
        noise($1, seed: UInt64($0 + 1))
    }

    private func twice(_ x: [Tensor], _ block: ([Tensor]) -> Tensor) -> Tensor {
        block([block(x)] + x.dropFirst())
    }

    @Test func whenABlockIsRecomputed_thenItsGradientsAreTheSameBitForBit() {
        let kept = gradients(of: inputs, Self.block)
        let again = gradients(of: inputs) { recomputed($0, Self.block) }
        for (left, right) in zip(kept, again) {
            #expect(left != nil)
            #expect(left?.values == right?.values)
        }
    }

    @Test func whenBlocksFollowEachOther_thenGradientsPassThroughAll() {
        let kept = gradients(of: inputs) { twice($0, Self.block) }
        let again = gradients(of: inputs) { twice($0) { recomputed($0, Self.block) } }
        for (left, right) in zip(kept, again) { #expect(left?.values == right?.values) }
    }

    @Test func frozenInputsStayFrozen() {
        expectFrozenInputsToChangeNothing(inputs) { recomputed($0, Self.block) }
        expectTrackingToKeepTheResult(inputs) { recomputed($0, Self.block) }
    }

    @Test func whenAnInputHasNoInfluence_thenItHasNoGradient() {
        let found = gradients(of: Array(inputs.prefix(2))) { recomputed($0) { $0[0].scaled(by: 2) } }
        #expect(found[0] != nil)
        #expect(found[1] == nil)
    }
}
