import Checkpoints
import LiteMedSAM
import Tensors
import Testing

@Suite("Folding of batch normalisation")
struct FoldingTests {
    private let shape = Bottleneck.Shape(inputs: 3, hidden: 16, outputs: 5, stride: 2)

    @Test("gives what convolution and normalisation give one after the other")
    func whenNormalisationsAreFolded_thenEachConvolutionGivesTheSame() throws {
        let parameters = randomParameters(smallestVariance: 1e-7)
        let folded = try Bottleneck(parameters, "b", shape: shape)
        let x = Tensor.random([6, 6, 3], seed: 11)

        let widened = folded.expand(x)
        let expected = unfolded(x.values.map(Double.init), parameters, "b.conv1", inputs: 3)
        #expect(largestRelativeDifference(widened.values, expected) < 2e-6)

        let spread = folded.depthwise(widened.reshaped([1, 6, 6, 16]))
        let middle = depthwise(widened.values.map(Double.init), grid: 6, parameters, "b.conv2")
        #expect(largestRelativeDifference(spread.values, middle) < 2e-6)
    }

    @Test("refuses a variance below zero")
    func whenAVarianceIsNegative_thenTheWeightsAreRefused() {
        let parameters = randomParameters(smallestVariance: -1)
        #expect(throws: CheckpointError.self) { try Bottleneck(parameters, "b", shape: shape) }
    }

    /// x `[pixels, inputs]` times the raw weight, then the normalisation as it is defined.
    private func unfolded(_ x: [Double], _ parameters: NamedTensors, _ name: String, inputs: Int) -> [Double] {
        let weight = parameters.doubles("\(name).c.weight")
        let outputs = weight.count / inputs
        var sums: [Double] = []
        for pixel in 0..<x.count / inputs {
            for output in 0..<outputs {
                var sum = 0.0
                for input in 0..<inputs { sum += x[pixel * inputs + input] * weight[output * inputs + input] }
                sums.append(sum)
            }
        }
        return normalised(sums, parameters, name)
    }

    /// x `[grid, grid, channels]` with stride 2, then the normalisation.
    private func depthwise(_ x: [Double], grid: Int, _ parameters: NamedTensors, _ name: String) -> [Double] {
        let weight = parameters.doubles("\(name).c.weight")
        let channels = weight.count / 9
        var sums: [Double] = []
        for row in stride(from: 0, to: grid, by: 2) {
            for column in stride(from: 0, to: grid, by: 2) {
                for channel in 0..<channels {
                    var sum = 0.0
                    for tap in 0..<9 {
                        let (y, x0) = (row + tap / 3 - 1, column + tap % 3 - 1)
                        guard (0..<grid).contains(y), (0..<grid).contains(x0) else { continue }
                        sum += x[(y * grid + x0) * channels + channel] * weight[channel * 9 + tap]
                    }
                    sums.append(sum)
                }
            }
        }
        return normalised(sums, parameters, name)
    }

    private func normalised(_ sums: [Double], _ parameters: NamedTensors, _ name: String) -> [Double] {
        let (gamma, beta) = (parameters.doubles("\(name).bn.weight"), parameters.doubles("\(name).bn.bias"))
        let mean = parameters.doubles("\(name).bn.running_mean")
        let variance = parameters.doubles("\(name).bn.running_var")
        return sums.enumerated().map { index, sum in
            let channel = index % gamma.count
            return (sum - mean[channel]) / (variance[channel] + 1e-5).squareRoot() * gamma[channel] + beta[channel]
        }
    }

    private func randomParameters(smallestVariance: Float) -> NamedTensors {
        var tensors: [String: Tensor] = [:]
        let shapes = ["conv1": [16, 3, 1, 1], "conv2": [16, 1, 3, 3], "conv3": [5, 16, 1, 1]]
        for (name, shape) in shapes {
            let channels = [shape[0]]
            tensors["b.\(name).c.weight"] = .random(shape, seed: UInt64(shape.count + shape[1]))
            tensors["b.\(name).bn.weight"] = .random(channels, seed: 3)
            tensors["b.\(name).bn.bias"] = .random(channels, seed: 4)
            tensors["b.\(name).bn.running_mean"] = .random(channels, seed: 5)
            var variance = Tensor.random(channels, seed: 6).values.map(abs)
            variance[2] = smallestVariance
            tensors["b.\(name).bn.running_var"] = Tensor(variance, shape: channels)
        }
        return NamedTensors(tensors)
    }
}
