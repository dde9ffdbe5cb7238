import Tensors
import Testing

@Suite("Convolutions agree with their naive twins")
struct ConvolutionTests {
    struct Case: Sendable {
        let rows: Int
        let columns: Int
        let inputs: Int
        let outputs: Int
        let kernel: Int
        let stride: Int
        let padding: Int
    }

    /// The definition, summed in double over `[B, H, W, C]` with a weight `[outputs, inputs, k, k]`.
    private func naive(_ x: Tensor, _ weight: Tensor, _ bias: Tensor, _ size: Case) -> Tensor {
        let rows = (size.rows + 2 * size.padding - size.kernel) / size.stride + 1
        let columns = (size.columns + 2 * size.padding - size.kernel) / size.stride + 1
        let (pixels, weights, biases) = (x.values, weight.values, bias.values)
        var result: [Float] = []
        for image in 0..<x.shape[0] {
            for row in 0..<rows {
                for column in 0..<columns {
                    for output in 0..<size.outputs {
                        var sum = Double(biases[output])
                        for ky in 0..<size.kernel {
                            for kx in 0..<size.kernel {
                                let y = row * size.stride + ky - size.padding
                                let z = column * size.stride + kx - size.padding
                                for input in 0..<size.inputs {
                                    sum +=
                                        element(pixels, x.shape, [image, y, z, input])
                                        * element(weights, weight.shape, [output, input, ky, kx])
                                }
                            }
                        }
                        result.append(Float(sum))
                    }
                }
            }
        }
        return Tensor(result, shape: [x.shape[0], rows, columns, size.outputs])
    }

    @Test(arguments: [
        Case(rows: 7, columns: 5, inputs: 3, outputs: 4, kernel: 3, stride: 1, padding: 1),
        Case(rows: 8, columns: 6, inputs: 5, outputs: 2, kernel: 3, stride: 2, padding: 1),
        Case(rows: 9, columns: 9, inputs: 2, outputs: 7, kernel: 3, stride: 2, padding: 0),
        Case(rows: 8, columns: 4, inputs: 1, outputs: 4, kernel: 2, stride: 2, padding: 0),
        Case(rows: 3, columns: 5, inputs: 6, outputs: 3, kernel: 1, stride: 1, padding: 0),
    ])
    func convolution(_ size: Case) {
        let x = noise([2, size.rows, size.columns, size.inputs])
        let weight = noise([size.outputs, size.inputs, size.kernel, size.kernel], seed: 2)
        let bias = noise([size.outputs], seed: 3)
        let layer = Convolution(weight: weight, bias: bias, stride: size.stride, padding: size.padding)
        #expect(largestDifference(layer(x), naive(x, weight, bias, size)) < 2e-5)
    }

    @Test func whenAnImageNeedsSeveralBlocksOfPatches_thenTheyJoin() {
        let size = Case(rows: 41, columns: 37, inputs: 100, outputs: 2, kernel: 3, stride: 1, padding: 1)
        let x = noise([1, size.rows, size.columns, size.inputs])
        let (weight, bias) = (noise([2, 100, 3, 3], seed: 2), noise([2], seed: 3))
        let layer = Convolution(weight: weight, bias: bias, padding: 1)
        #expect(largestDifference(layer(x), naive(x, weight, bias, size)) < 1e-3)
    }

    @Test(arguments: [(2, 0), (4, 1)])
    func transposedConvolution(kernel: Int, padding: Int) {
        let (inputs, outputs, rows, columns) = (3, 5, 4, 3)
        let x = noise([2, rows, columns, inputs])
        let weight = noise([inputs, outputs, kernel, kernel], seed: 2)
        let bias = noise([outputs], seed: 3)
        let shape = [2, 2 * rows, 2 * columns, outputs]
        var sums = (0..<shape.reduce(1, *)).map { Double(bias.values[$0 % outputs]) }
        for image in 0..<2 {
            for index in 0..<rows * columns * inputs * outputs * kernel * kernel {
                let (tap, rest) = (index % (kernel * kernel), index / (kernel * kernel))
                let (output, input, pixel) = (rest % outputs, rest / outputs % inputs, rest / outputs / inputs)
                let y = 2 * (pixel / columns) + tap / kernel - padding
                let z = 2 * (pixel % columns) + tap % kernel - padding
                guard (0..<2 * rows).contains(y), (0..<2 * columns).contains(z) else { continue }
                sums[((image * 2 * rows + y) * 2 * columns + z) * outputs + output] +=
                    element(x.values, x.shape, [image, pixel / columns, pixel % columns, input])
                    * element(weight.values, weight.shape, [input, output, tap / kernel, tap % kernel])
            }
        }
        let expected = Tensor(sums.map { Float(max($0, 0)) }, shape: shape)
        let result = TransposedConvolution(weight: weight, bias: bias)(x, activation: .relu)
        #expect(largestDifference(result, expected) < 2e-5)
    }

    @Test(arguments: [(5, 7, 3, 1), (6, 6, 17, 1), (7, 5, 40, 2), (8, 8, 16, 2), (1, 1, 2, 1)])
    func depthwiseConvolution(rows: Int, columns: Int, channels: Int, stride: Int) {
        let x = noise([2, rows, columns, channels])
        let (weight, bias) = (noise([channels, 1, 3, 3], seed: 2), noise([channels], seed: 3))
        let shape = [2, (rows + stride - 1) / stride, (columns + stride - 1) / stride, channels]
        let (pixels, weights) = (x.values, weight.values)
        let expected = (0..<shape.reduce(1, *)).map { index -> Float in
            let (channel, pixel) = (index % channels, index / channels)
            let (z, y, image) = (pixel % shape[2], pixel / shape[2] % shape[1], pixel / shape[2] / shape[1])
            let sum = (0..<9).reduce(Double(bias.values[channel])) { sum, tap in
                sum + Double(weights[channel * 9 + tap])
                    * element(pixels, x.shape, [image, y * stride + tap / 3 - 1, z * stride + tap % 3 - 1, channel])
            }
            return Float(sum)
        }
        let result = DepthwiseConvolution(weight: weight, bias: bias, stride: stride)(x)
        #expect(largestDifference(result, Tensor(expected, shape: shape)) < 5e-6)
    }
}
