import Tensors
import TestSupport
import Testing

@Suite("Gradients of convolutions agree with their naive twins and with finite differences")
struct ConvolutionGradientTests {
    struct Case: Sendable {
        var batch = 2
        let rows: Int
        let columns: Int
        let inputs: Int
        let outputs: Int
        let kernel: Int
        var stride = 1
        var padding = 0
    }

    /// Everything that the network has: neck, adapter, mask downscaling, patch embedding; and odd grids.
    static let cases = [
        Case(rows: 5, columns: 3, inputs: 3, outputs: 4, kernel: 3, padding: 1),
        Case(rows: 4, columns: 6, inputs: 5, outputs: 2, kernel: 3, stride: 2, padding: 1),
        Case(rows: 5, columns: 5, inputs: 2, outputs: 3, kernel: 3, stride: 2, padding: 1),
        Case(rows: 6, columns: 7, inputs: 2, outputs: 3, kernel: 3, stride: 2),
        Case(rows: 4, columns: 2, inputs: 1, outputs: 4, kernel: 2, stride: 2),
        Case(rows: 5, columns: 3, inputs: 17, outputs: 2, kernel: 2, stride: 2),
        Case(rows: 3, columns: 5, inputs: 6, outputs: 3, kernel: 1),
        Case(rows: 8, columns: 4, inputs: 3, outputs: 5, kernel: 4, stride: 4),
        Case(batch: 3, rows: 2, columns: 2, inputs: 2, outputs: 2, kernel: 1, stride: 2, padding: 1),
    ]

    private func layer(_ packed: Tensor, _ bias: Tensor?, _ size: Case) -> Convolution {
        Convolution(packed: packed, bias: bias, stride: size.stride, padding: size.padding)
    }

    @Test(arguments: cases)
    func convolutionAgreesWithFiniteDifferences(_ size: Case) {
        let inputs = [
            GradientCheck.noise([size.batch, size.rows, size.columns, size.inputs], seed: 1),
            GradientCheck.noise([size.outputs, size.kernel, size.kernel, size.inputs], seed: 2),
            GradientCheck.noise([size.outputs], seed: 3),
        ]
        #expect(GradientCheck.largestError(of: inputs) { layer($0[1], $0[2], size)($0[0]) } < 1e-3)
    }

    /// The gradients of the definition, in double: of x `[B, H, W, C]` and of a weight `[outputs, inputs, k, k]`.
    private func naive(_ x: Tensor, _ weight: Tensor, _ gradient: Tensor, _ size: Case) -> (Tensor, Tensor) {
        let (pixels, weights, gradients) = (x.values, weight.values, gradient.values)
        var ofInput = [Double](repeating: 0, count: x.count)
        var ofWeight = [Double](repeating: 0, count: weight.count)
        for (index, value) in gradients.enumerated() {
            let (pixel, output) = (index / size.outputs, index % size.outputs)
            let (rows, columns) = (gradient.shape[1], gradient.shape[2])
            let (image, row, column) = (pixel / columns / rows, pixel / columns % rows, pixel % columns)
            for tap in 0..<size.kernel * size.kernel {
                let y = row * size.stride + tap / size.kernel - size.padding
                let z = column * size.stride + tap % size.kernel - size.padding
                guard (0..<size.rows).contains(y), (0..<size.columns).contains(z) else { continue }
                for input in 0..<size.inputs {
                    let place = ((image * size.rows + y) * size.columns + z) * size.inputs + input
                    let entry = (output * size.inputs + input) * size.kernel * size.kernel + tap
                    ofInput[place] += Double(value) * Double(weights[entry])
                    ofWeight[entry] += Double(value) * Double(pixels[place])
                }
            }
        }
        return (
            Tensor(ofInput.map { Float($0) }, shape: x.shape), Tensor(ofWeight.map { Float($0) }, shape: weight.shape)
        )
    }

    @Test(
        arguments: cases + [
            // Several blocks of pixels, images that end inside a block.
            Case(batch: 3, rows: 43, columns: 37, inputs: 150, outputs: 2, kernel: 3, padding: 1),
            Case(batch: 3, rows: 61, columns: 61, inputs: 300, outputs: 2, kernel: 3, stride: 2, padding: 1),
        ]
    )
    func convolutionAgreesWithItsNaiveTwin(_ size: Case) throws {
        let x = GradientCheck.noise([size.batch, size.rows, size.columns, size.inputs], seed: 1).tracked()
        let weight = GradientCheck.noise([size.outputs, size.inputs, size.kernel, size.kernel], seed: 2)
        let packed = Convolution.packed(weight).tracked()
        let y = layer(packed, nil, size)(x)
        let seed = GradientCheck.noise(y.shape, seed: 3)
        let gradients = y.gradients(of: [x, packed], seed: seed)
        let expected = naive(x, weight, seed, size)
        #expect(largestDifference(try #require(gradients[0]), expected.0) < 1e-5)
        let ofWeight = Convolution.weight(packed: try #require(gradients[1]))
        let magnitude = expected.1.values.reduce(1) { max($0, abs($1)) }
        #expect(largestDifference(ofWeight, expected.1) < 3e-6 * magnitude)
    }

    @Test(arguments: [(1, 4, 3, 3, 5), (1, 3, 1, 17, 2), (2, 4, 3, 3, 5), (2, 1, 1, 2, 3), (2, 3, 2, 18, 1)])
    func transposedConvolutionAgreesWithFiniteDifferences(taps: Int, rows: Int, columns: Int, inputs: Int, outputs: Int)
    {
        let operands = [
            GradientCheck.noise([2, rows, columns, inputs], seed: 1),
            GradientCheck.noise([4, outputs, taps, taps, inputs], seed: 2), GradientCheck.noise([outputs], seed: 3),
        ]
        let error = GradientCheck.largestError(of: operands) {
            TransposedConvolution(packed: $0[1], bias: $0[2])($0[0])
        }
        #expect(error < 1e-3)
    }

    /// Gradients in double of the definition with a weight `[inputs, outputs, k, k]`.
    private func naiveTransposed(_ x: Tensor, _ weight: Tensor, _ gradient: Tensor) -> (Tensor, Tensor) {
        let (rows, columns, inputs) = (x.shape[1], x.shape[2], x.shape[3])
        let (outputs, kernel) = (weight.shape[1], weight.shape[2])
        let (pixels, weights, gradients) = (x.values, weight.values, gradient.values)
        var ofInput = [Double](repeating: 0, count: x.count)
        var ofWeight = [Double](repeating: 0, count: weight.count)
        for place in pixels.indices {
            let (input, pixel) = (place % inputs, place / inputs)
            let (image, row, column) = (pixel / columns / rows, pixel / columns % rows, pixel % columns)
            for tap in 0..<outputs * kernel * kernel {
                let (output, ky, kx) = (tap / kernel / kernel, tap / kernel % kernel, tap % kernel)
                let padding = kernel / 2 - 1
                let index = [image, 2 * row + ky - padding, 2 * column + kx - padding, output]
                let value = element(gradients, gradient.shape, index)
                let entry = input * outputs * kernel * kernel + tap
                ofInput[place] += value * Double(weights[entry])
                ofWeight[entry] += value * Double(pixels[place])
            }
        }
        return (
            Tensor(ofInput.map { Float($0) }, shape: x.shape), Tensor(ofWeight.map { Float($0) }, shape: weight.shape)
        )
    }

    @Test(arguments: [(2, 3, 4, 5, 7, 3), (4, 3, 4, 5, 7, 3), (2, 1, 90, 60, 9, 200), (4, 2, 61, 53, 200, 2)])
    func transposedConvolutionAgreesWithItsNaiveTwin(
        kernel: Int,
        batch: Int,
        rows: Int,
        columns: Int,
        inputs: Int,
        outputs: Int
    ) throws {
        let x = GradientCheck.noise([batch, rows, columns, inputs], seed: 1).tracked()
        let weight = GradientCheck.noise([inputs, outputs, kernel, kernel], seed: 2)
        let packed = TransposedConvolution.packed(weight).tracked()
        let y = TransposedConvolution(packed: packed, bias: nil)(x)
        let seed = GradientCheck.noise(y.shape, seed: 3)
        let gradients = y.gradients(of: [x, packed], seed: seed)
        let expected = naiveTransposed(x, weight, seed)
        #expect(largestDifference(try #require(gradients[0]), expected.0) < 2e-5)
        let ofWeight = TransposedConvolution.weight(packed: try #require(gradients[1]))
        let magnitude = expected.1.values.reduce(1) { max($0, abs($1)) }
        #expect(largestDifference(ofWeight, expected.1) < 3e-6 * magnitude)
    }

    @Test func whenOnlyOneOperandIsTracked_thenItsGradientIsTheSame() throws {
        let x = GradientCheck.noise([2, 4, 4, 3], seed: 1)
        let bias = GradientCheck.noise([5], seed: 3)
        let plain = GradientCheck.noise([5, 3, 3, 3], seed: 2)
        let phased = GradientCheck.noise([4, 5, 2, 2, 3], seed: 2)
        for weight in [plain, phased] {
            func result(_ operands: [Tensor]) -> Tensor {
                weight.shape.count == 5
                    ? TransposedConvolution(packed: operands[1], bias: operands[2])(operands[0])
                    : Convolution(packed: operands[1], bias: operands[2], stride: 2, padding: 1)(operands[0])
            }
            let operands = [x, weight, bias]
            let leaves = operands.map { $0.tracked() }
            let whole = result(leaves).gradients(of: leaves)
            #expect(result(leaves).values == result(operands).values)
            for index in operands.indices {
                var single = operands
                single[index] = leaves[index]
                let gradient = result(single).gradients(of: [leaves[index]])[0]
                #expect(try #require(gradient).values == whole[index]?.values)
            }
        }
    }

    @Test(arguments: [Activation.gelu, .sigmoid])
    func gradientsPassThroughTheActivation(_ activation: Activation) {
        let x = GradientCheck.noise([2, 4, 4, 3], seed: 1)
        let bias = GradientCheck.noise([5], seed: 3)
        let plain = [x, GradientCheck.noise([5, 3, 3, 3], seed: 2), bias]
        let errors = [
            GradientCheck.largestError(of: plain) {
                Convolution(packed: $0[1], bias: $0[2], stride: 2, padding: 1)($0[0], activation: activation)
            },
            GradientCheck.largestError(of: [x, GradientCheck.noise([4, 5, 2, 2, 3], seed: 2), bias]) {
                TransposedConvolution(packed: $0[1], bias: $0[2])($0[0], activation: activation)
            },
        ]
        #expect(errors.allSatisfy { $0 < 2e-3 })
    }

    @Test func whenARectifierFollows_thenOnlyPositiveResultsPassGradients() throws {
        let x = GradientCheck.noise([2, 4, 4, 3], seed: 1).tracked()
        let plain = Convolution(packed: GradientCheck.noise([5, 3, 3, 3], seed: 2), bias: nil, padding: 1)
        let phased = TransposedConvolution(packed: GradientCheck.noise([4, 5, 2, 2, 3], seed: 2), bias: nil)
        for layer in [{ plain($0, activation: $1) }, { phased($0, activation: $1) }] as [(Tensor, Activation) -> Tensor]
        {
            let y = layer(x, .identity)
            let seed = GradientCheck.noise(y.shape, seed: 7)
            let masked = Tensor(zip(seed.values, y.values).map { $1 > 0 ? $0 : 0 }, shape: y.shape)
            let expected = try #require(y.gradients(of: [x], seed: masked)[0])
            let rectified = layer(x, .relu)
            #expect(rectified.values == y.values.map { max($0, 0) })
            #expect(try #require(rectified.gradients(of: [x], seed: seed)[0]).values == expected.values)
        }
    }

    @Test func whenAWeightOfACheckpointIsTracked_thenItsGradientComesInItsLayout() {
        let x = GradientCheck.noise([1, 4, 3, 3], seed: 1)
        let plain = [x, GradientCheck.noise([2, 3, 3, 3], seed: 2)]
        #expect(
            GradientCheck.largestError(of: plain) { Convolution(weight: $0[1], bias: nil, padding: 1)($0[0]) } < 1e-3
        )
        let phased = [x, GradientCheck.noise([3, 2, 4, 4], seed: 2)]
        #expect(
            GradientCheck.largestError(of: phased) { TransposedConvolution(weight: $0[1], bias: nil)($0[0]) } < 1e-3
        )
    }

    @Test(arguments: [([5, 3, 3, 3], false), ([4, 1, 2, 2], false), ([3, 5, 2, 2], true), ([3, 5, 4, 4], true)])
    func packingAndUnpackingGivesTheSameWeight(shape: [Int], isTransposed: Bool) {
        let weight = GradientCheck.noise(shape, seed: 4)
        let packed = isTransposed ? TransposedConvolution.packed(weight) : Convolution.packed(weight)
        let back = isTransposed ? TransposedConvolution.weight(packed: packed) : Convolution.weight(packed: packed)
        #expect(
            packed.shape == (isTransposed ? [4, shape[1], shape[2] / 2, shape[2] / 2, shape[0]] : [5, 3, 3, 3])
                || shape == [4, 1, 2, 2] && packed.shape == [4, 2, 2, 1]
        )
        #expect(back.shape == shape)
        #expect(back.values == weight.values)
    }
}
