import Checkpoints
import Tensors

/// A block of the later stages: attention in windows, a 3×3 depthwise convolution, a feed-forward branch.
package struct TransformerBlock: Sendable {
    package let attention: WindowAttention
    /// Replaces its input: it has neither a residual connection nor an activation.
    package let localConvolution: DepthwiseConvolution
    package let feedForward: FeedForward

    /// Reads `<name>.attn`, `.local_conv` and `.mlp`.
    package init(_ parameters: NamedTensors, _ name: String, shape: WindowAttention.Shape) throws(CheckpointError) {
        attention = try WindowAttention(parameters, "\(name).attn", shape: shape)
        localConvolution = try FoldedConvolution.depthwise(
            parameters,
            "\(name).local_conv",
            channels: shape.channels
        )
        feedForward = try FeedForward(parameters, "\(name).mlp", channels: shape.channels)
    }

    /// `[n, n, channels]`, shape kept.
    package func callAsFunction(_ x: Tensor) -> Tensor {
        if let result = inferred(x) { return result }
        var y = attention(x)
        y.add(x)
        y = localConvolution(y.reshaped([1] + x.shape)).reshaped(x.shape)
        y.add(feedForward(y))
        return y
    }
}
