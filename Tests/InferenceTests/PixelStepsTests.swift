import Tensors
import Testing

@testable import Inference

/// Steps of the mask decoder that go through pixels block by block, beside the same steps one after the other.
@Suite("Steps of pixels")
struct PixelStepsTests {
    private static let limits: [(NetworkPrecision, Float)] = [(.float32, 1e-5), (.bfloat16, 0.02)]

    @Test("draw masks as the layers do", arguments: limits)
    func drawMasks(precision: NetworkPrecision, limit: Float) throws {
        let (batch, grid, masks) = (2, 12, 3)
        let first = TransposedConvolution(weight: noise([64, 32, 2, 2], seed: 3), bias: noise([32], seed: 5))
        let norm = LayerNorm(scale: noise([32], seed: 7), shift: noise([32], seed: 11), epsilon: 1e-6)
        let second = TransposedConvolution(weight: noise([32, 16, 2, 2], seed: 13), bias: noise([16], seed: 17))
        let (image, channels) = (noise([batch, grid, grid, 64], seed: 19), noise([batch, masks, 16], seed: 23))
        let upscaled = second(norm(first(image)).activated(.gelu), activation: .gelu)
        let pixels = upscaled.reshaped([batch, 16 * grid * grid, 16])
        let expected = channels.batchMultiplied(byTransposed: pixels)
            .reshaped([batch, masks, 4 * grid, 4 * grid])
        let packer = WeightPacker(precision) { _ in false }
        let layers = (first.prepared("first", by: packer), second.prepared("second", by: packer))
        guard let drawing = MaskDrawing(layers.0, norm, layers.1) else {
            // A CPU without the instructions runs the layers.
            #expect(layers.0.prepared == nil)
            return
        }
        #expect(largestDifference(drawing(image, channels: channels), expected) <= limit * largest(expected))
    }

    @Test("let pixels look at tokens as the products do", arguments: limits, [1, 2])
    func letPixelsLookAtTokens(limit: (precision: NetworkPrecision, difference: Float), images: Int) throws {
        guard WeightPacker.available(limit.precision) == limit.precision else { return }
        let (batch, pixels, width, heads, count) = (2, 300, 64, 4, 5)
        let (plain, code) = (noise([images, pixels, width], seed: 3), noise([pixels, width], seed: 5))
        let coded = plain.adding(code)
        let keys = noise([batch, heads * count, width], seed: 7)
        let shift = noise([batch, heads * count], seed: 11)
        let values = noise([batch, heads * count, width], seed: 13)
        let bias = noise([width], seed: 17)
        let norm = LayerNorm(scale: noise([width], seed: 19), shift: noise([width], seed: 23), epsilon: 1e-5)
        var weights = coded.batchMultiplied(byTransposed: keys)
            .addingToRows(shift.reshaped([batch, 1, heads * count]))
            .reshaped([batch, pixels * heads, count])
        weights.softmaxRows(scale: 0.1)
        let told = weights.reshaped([batch, pixels, heads * count]).batchMultiplied(by: values)
        let all = images == 1 ? plain.repeated(batch) : plain
        let expected = norm(told.adding(bias).adding(all))

        let found = PixelUpdate(
            plain: plain,
            coded: coded,
            tokens: .init(keys: keys, shift: shift, values: values, bias: bias, heads: heads, scale: 0.1),
            code: code,
            norm: norm,
            precision: limit.precision
        )()

        #expect(largestDifference(found.plain, expected) <= limit.difference * largest(expected))
        #expect(largestDifference(found.coded, found.plain.adding(code)) == 0)
    }

    private func largest(_ x: Tensor) -> Float { x.values.reduce(0) { max($0, abs($1)) } }
}
