import Checkpoints
import Tensors

/// Three convolutions, 1×1, 3×3 depthwise and 1×1, with a GELU after the first and the second: the common part of the
/// first stage's blocks and of the steps between the stages.
///
/// The hidden map of the first stage has 64 MiB, so the work goes through it in tiles of rows.
package struct Bottleneck: Sendable {
    package let expand: Linear
    package let depthwise: DepthwiseConvolution
    package let project: Linear

    /// Channels of input, hidden map and output, and the stride of the depthwise convolution.
    package struct Shape: Sendable {
        package let inputs: Int
        package let hidden: Int
        package let outputs: Int
        package let stride: Int

        package init(inputs: Int, hidden: Int, outputs: Int, stride: Int) {
            self.inputs = inputs
            self.hidden = hidden
            self.outputs = outputs
            self.stride = stride
        }
    }

    /// Reads `<name>.conv1`, `.conv2` and `.conv3`.
    package init(_ parameters: NamedTensors, _ name: String, shape: Shape) throws(CheckpointError) {
        expand = try FoldedConvolution.pointwise(
            parameters,
            "\(name).conv1",
            inputs: shape.inputs,
            outputs: shape.hidden
        )
        depthwise = try FoldedConvolution.depthwise(
            parameters,
            "\(name).conv2",
            channels: shape.hidden,
            stride: shape.stride
        )
        project = try FoldedConvolution.pointwise(
            parameters,
            "\(name).conv3",
            inputs: shape.hidden,
            outputs: shape.outputs
        )
    }

    /// `[n, n, inputs]` to `[n/stride, n/stride, outputs]`.
    package func callAsFunction(_ x: Tensor) -> Tensor {
        if !x.isTracked, let products { return inferred(.expanded(x), grid: x.shape[0], products, end: End()) }
        return callAsFunction(grid: x.shape[0]) { rows in expand(x.slice(rows), activation: .gelu) }
    }

    /// The same from rows that are expanded already: the closure gives `[rows, n, hidden]` after the first GELU.
    package func callAsFunction(grid: Int, expandedRows: (Range<Int>) -> Tensor) -> Tensor {
        let step = depthwise.stride
        let outputGrid = grid / step
        let rowLength = outputGrid * project.outputs
        let tile = max(1, Self.tileElements / (grid * project.inputs * step))
        return Tensor(shape: [outputGrid, outputGrid, project.outputs]) { result in
            for start in stride(from: 0, to: outputGrid, by: tile) {
                let end = min(outputGrid, start + tile)
                // One output row more at the top, whose neighbour above is missing in the tile; it is thrown away.
                let surplus = start > 0 ? 1 : 0
                let hidden = expandedRows(step * (start - surplus)..<min(grid, step * (end - 1) + 2))
                let spread = depthwise(hidden.reshaped([1] + hidden.shape), activation: .gelu)
                project(spread).withUnsafeBufferPointer { rows in
                    let wanted = rows[surplus * rowLength..<(surplus + end - start) * rowLength]
                    _ = result[start * rowLength..<end * rowLength].initialize(fromContentsOf: wanted)
                }
            }
        }
    }

    /// Elements of the hidden map per tile: 8 MiB, so that no buffer grows beyond the caches' reach.
    private static let tileElements = 1 << 21
}
