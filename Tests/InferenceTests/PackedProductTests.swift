import CKernels
import Tensors
import Testing

@testable import Inference

@Suite("Products with packed weights")
struct PackedProductTests {
    /// Sizes that are cut in every way: one tile and many, few rows and many, sums of one block and of several.
    static let sizes = [
        (rows: 7, outputs: 256, inputs: 256), (rows: 256, outputs: 768, inputs: 768),
        (rows: 70, outputs: 160, inputs: 64),
        (rows: 300, outputs: 320, inputs: 3_072), (rows: 1_100, outputs: 64, inputs: 96),
        (rows: 1, outputs: 64, inputs: 33),
    ]

    @Test("equal the plain layer's within the rounding of the precision", arguments: sizes, NetworkPrecision.allCases)
    func equalThePlainLayers(size: (rows: Int, outputs: Int, inputs: Int), precision: NetworkPrecision) throws {
        let x = noise([size.rows, size.inputs], seed: 3)
        let layer = Linear(weight: noise([size.outputs, size.inputs], seed: 5), bias: noise([size.outputs], seed: 7))
        let packed = layer.prepared("layer", by: WeightPacker(precision) { _ in false })
        for activation in [Activation.identity, .relu, .gelu] {
            let expected = layer(x, activation: activation)
            let difference = largestDifference(expected, packed(x, activation: activation))
            // Elements are below 2, so a sum's error grows as the root of its length.
            let step: Float = packed.prepared == nil ? 1e-6 : tolerance(precision)
            #expect(difference <= step * Float(size.inputs).squareRoot(), "\(activation)")
        }
    }

    private func tolerance(_ precision: NetworkPrecision) -> Float {
        switch WeightPacker.available(precision) {
        case .float32: 1e-5
        case .bfloat16: 4e-2
        case .integer8: 8e-2
        }
    }

    @Test("are the same bit for bit for any number of threads", arguments: NetworkPrecision.allCases)
    func areTheSameForAnyNumberOfThreads(precision: NetworkPrecision) {
        let x = noise([300, 256], seed: 11)
        let layer = Linear(weight: noise([512, 256], seed: 13), bias: nil)
            .prepared("layer", by: WeightPacker(precision) { _ in false })
        let results = [1, 2, 5].map { threads in
            ComputeThreads.use(threads)
            return layer(x, activation: .gelu).values
        }
        #expect(results[0] == results[1] && results[0] == results[2])
    }

    @Test("of patches equal the plain convolution's", arguments: NetworkPrecision.allCases)
    func ofPatchesEqualThePlainConvolutions(precision: NetworkPrecision) {
        let x = noise([2, 8, 8, 64], seed: 17)
        let packer = WeightPacker(precision) { _ in false }
        let down = Convolution(weight: noise([96, 64, 3, 3], seed: 19), bias: nil, stride: 2, padding: 1)
        let up = TransposedConvolution(weight: noise([64, 96, 4, 4], seed: 23), bias: noise([96], seed: 29))
        let double = TransposedConvolution(weight: noise([64, 32, 2, 2], seed: 31), bias: noise([32], seed: 37))
        let limit = tolerance(precision) * Float(576).squareRoot()
        #expect(largestDifference(down(x), down.prepared("down", by: packer)(x)) <= limit)
        #expect(largestDifference(up(x), up.prepared("up", by: packer)(x)) <= limit)
        #expect(largestDifference(double(x), double.prepared("double", by: packer)(x)) <= limit)
    }

    @Test("cut columns into tiles that follow one another without a gap")
    func cutColumnsWithoutAGap() throws {
        let layout = try #require(PackedLayout(precision: .float32, groups: 2, outputs: 320, inputs: 2_000))
        #expect((0..<layout.tiles).flatMap { Array(layout.columns(of: $0)) } == Array(0..<320))
        #expect(layout.blocks.flatMap { Array($0) } == Array(0..<2_000))
        var places: [Int] = []
        for group in 0..<2 {
            for tile in 0..<layout.tiles {
                for block in layout.blocks.indices {
                    places.append(layout.offset(group: group, tile: tile, block: block))
                }
            }
        }
        #expect(places == places.sorted() && Set(places).count == places.count)
        #expect(places.allSatisfy { $0 % 64 == 0 && $0 < layout.bytes })
    }
}
