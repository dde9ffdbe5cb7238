import Inference
import Tensors
import Testing

@testable import SAMMed2D

@Suite("Window attention when nothing is trained")
struct WindowInferenceTests {
    /// Grids and windows: without padding, with padding at two sides, windows of whole vectors and larger ones.
    static let plans = [(8, 5), (16, 14), (16, 16), (20, 16), (6, 6), (36, 20)]

    @Test(
        "equals the step that keeps its weights for gradients",
        arguments: plans,
        [NetworkPrecision.float32, .bfloat16]
    )
    func equalsTheStepForGradients(sizes: (Int, Int), precision: NetworkPrecision) {
        let (plan, heads, depth) = (WindowPlan(grid: sizes.0, edge: sizes.1), 2, 32)
        let width = heads * depth
        func layer(_ precision: NetworkPrecision, isTracked: Bool) -> WindowMixing {
            let bias = ReferenceWeights.uniform("bias", shape: [3 * width], power: 0)
            let positions = [2 * (2 * sizes.1 - 1), depth]
            return WindowMixing(
                plan: plan,
                heads: heads,
                bias: isTracked ? bias.tracked() : bias,
                relativePositions: ReferenceWeights.uniform("positions", shape: positions, power: -1),
                precision: WeightPacker.available(precision)
            )
        }
        let qkv = ReferenceWeights.uniform("qkv", shape: [2, sizes.0, sizes.0, 3 * width], power: 1)
        let expected = layer(.float32, isTracked: true)(qkv).detached()
        let found = layer(precision, isTracked: false)(qkv)
        #expect(largestDifference(expected, found) <= (precision == .float32 ? 1e-5 : 4e-2))
    }

    @Test("is the same bit for bit for any number of threads")
    func isTheSameForAnyNumberOfThreads() {
        let layer = WindowMixing(
            plan: WindowPlan(grid: 16, edge: 14),
            heads: 2,
            bias: ReferenceWeights.uniform("bias", shape: [192], power: 0),
            relativePositions: ReferenceWeights.uniform("positions", shape: [54, 32], power: -1),
            precision: WeightPacker.available(.bfloat16)
        )
        let qkv = ReferenceWeights.uniform("qkv", shape: [1, 16, 16, 192], power: 1)
        let results = [1, 2, 3].map { threads in
            ComputeThreads.use(threads)
            return layer(qkv).values
        }
        #expect(results[0] == results[1] && results[0] == results[2])
    }
}
