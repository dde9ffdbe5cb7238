import Checkpoints
import Tensors
import TestSupport
import Testing

@testable import SegmentAnything

/// Attention between tokens and pixels, with the pixels projected as published and with the tokens' side folded.
@Suite("Folded attention")
struct FoldedAttentionTests {
    private let width = 64
    private let inner = 32
    private let names = ["q_proj", "k_proj", "v_proj", "out_proj"].flatMap { ["\($0).weight", "\($0).bias"] }

    private func parameters() -> [Tensor] {
        names.enumerated().map { index, name in
            let wide = name.hasPrefix("out") ? width : inner
            let shape = name.hasSuffix("bias") ? [wide] : [wide, name.hasPrefix("out") ? inner : width]
            return GradientCheck.noise(shape, seed: UInt64(10 + index)).scaled(by: 0.3)
        }
    }

    private func attention(_ parameters: [Tensor]) throws -> ProjectedAttention {
        let named = NamedTensors(
            Dictionary(uniqueKeysWithValues: zip(names.map { "a." + $0 }, parameters))
        )
        return try ProjectedAttention(named, "a", width: width, innerWidth: inner, heads: 8)
    }

    /// The largest difference of results and gradients, relative to the largest element of each.
    private func difference(
        _ inputs: [Tensor],
        _ published: ([Tensor], ProjectedAttention) -> Tensor,
        _ folded: ([Tensor], ProjectedAttention) -> Tensor
    ) throws -> Float {
        func run(_ body: ([Tensor], ProjectedAttention) -> Tensor) throws -> [Tensor?] {
            let leaves = (inputs + parameters()).map { $0.tracked() }
            let result = body(Array(leaves.prefix(inputs.count)), try attention(Array(leaves.dropFirst(inputs.count))))
            let seed = GradientCheck.noise(result.shape, seed: 99)
            return [result.detached()] + result.gradients(of: leaves, seed: seed)
        }
        let (expected, found) = (try run(published), try run(folded))
        var largest: Float = 0
        for (index, pair) in zip(expected, found).enumerated() {
            guard let expected = pair.0, let found = pair.1, expected.shape == found.shape else { return .infinity }
            // The bias of keys that are looked at has no influence: what is there is rounding.
            let isRounding = index == 1 + inputs.count + 3
            let scale = isRounding ? 1 : expected.values.map(abs).max() ?? 1
            for (a, b) in zip(expected.values, found.values) { largest = max(largest, abs(a - b) / scale) }
        }
        return largest
    }

    @Test("gives tokens what the published order of products gives", arguments: [1, 3])
    func whenTokensLookAtPixels_thenFoldingChangesNothing(images: Int) throws {
        let tokens = GradientCheck.noise([3, 2, width], seed: 1)
        let image = GradientCheck.noise([images, 40, width], seed: 2)
        let coded = GradientCheck.noise([images, 40, width], seed: 3)
        let difference = try difference([tokens, coded, image]) {
            $1(queries: $0[0], keys: $0[1], values: $0[2], recorder: .none)
        } _: {
            $1.fromTokens($0[0], keys: $0[1], values: $0[2])
        }
        #expect(difference < 2e-5)
    }

    @Test("gives pixels what the published order of products gives", arguments: [1, 3])
    func whenPixelsLookAtTokens_thenFoldingChangesNothing(images: Int) throws {
        let image = GradientCheck.noise([images, 40, width], seed: 1)
        let keys = GradientCheck.noise([3, 2, width], seed: 2)
        let tokens = GradientCheck.noise([3, 2, width], seed: 3)
        let difference = try difference([image, keys, tokens]) {
            $1(queries: $0[0], keys: $0[1], values: $0[2], recorder: .none)
        } _: {
            $1.fromPixels($0[0], keys: $0[1], values: $0[2])
        }
        #expect(difference < 2e-5)
    }
}
