import Checkpoints
import Tensors

/// A convolution without bias and the batch normalisation behind it, as one convolution.
///
/// Outside training the normalisation is a constant factor and shift per channel: W′ = W·g, b′ = β − μ·g with
/// g = γ/√(σ² + ε). Some running variances of the published weights are smaller than ε and some factors exceed 300, so
/// the folding is done in fp64 and rounded once.
struct FoldedConvolution {
    /// `[outputs, inputs / groups, k, k]`.
    let weight: Tensor
    /// `[outputs]`.
    let bias: Tensor

    private static let epsilon = 1e-5

    /// Reads `<name>.c.weight`, which must have that shape, and `<name>.bn.*`.
    init(_ parameters: NamedTensors, _ name: String, shape: [Int]) throws(CheckpointError) {
        let outputs = shape[0]
        let weights = try parameters.require("\(name).c.weight", shape: shape).values
        let gamma = try parameters.require("\(name).bn.weight", shape: [outputs]).values
        let beta = try parameters.require("\(name).bn.bias", shape: [outputs]).values
        let mean = try parameters.require("\(name).bn.running_mean", shape: [outputs]).values
        let variance = try parameters.require("\(name).bn.running_var", shape: [outputs]).values
        guard variance.allSatisfy({ $0 >= 0 }) else {
            throw .malformed("\(name).bn.running_var holds values that are negative or not a number")
        }
        let factors = zip(gamma, variance).map { Double($0) / (Double($1) + Self.epsilon).squareRoot() }
        let taps = weights.count / outputs
        weight = Tensor(weights.indices.map { Float(Double(weights[$0]) * factors[$0 / taps]) }, shape: shape)
        let shifts = factors.indices.map { Float(Double(beta[$0]) - Double(mean[$0]) * factors[$0]) }
        bias = Tensor(shifts, shape: [outputs])
    }

    /// The 1×1 convolution of that name as a map of channels.
    static func pointwise(
        _ parameters: NamedTensors,
        _ name: String,
        inputs: Int,
        outputs: Int
    ) throws(CheckpointError) -> Linear {
        let folded = try FoldedConvolution(parameters, name, shape: [outputs, inputs, 1, 1])
        return Linear(weight: folded.weight.reshaped([outputs, inputs]), bias: folded.bias)
            .prepared(name, by: parameters.preparation)
    }

    /// The 3×3 depthwise convolution of that name.
    static func depthwise(
        _ parameters: NamedTensors,
        _ name: String,
        channels: Int,
        stride: Int = 1
    ) throws(CheckpointError) -> DepthwiseConvolution {
        let folded = try FoldedConvolution(parameters, name, shape: [channels, 1, 3, 3])
        var layer = DepthwiseConvolution(weight: folded.weight, bias: folded.bias, stride: stride)
        layer.precision = parameters.preparation?.precision ?? .float32
        return layer
    }
}
