import Checkpoints
import Tensors

/// A block of the first stage (MBConv): a bottleneck that widens fourfold, the input added, then a GELU.
package struct InvertedBottleneckBlock: Sendable {
    package let bottleneck: Bottleneck

    /// Reads `<name>.conv1`, `.conv2` and `.conv3`.
    package init(_ parameters: NamedTensors, _ name: String, channels: Int) throws(CheckpointError) {
        let shape = Bottleneck.Shape(inputs: channels, hidden: 4 * channels, outputs: channels, stride: 1)
        bottleneck = try Bottleneck(parameters, name, shape: shape)
    }

    /// `[n, n, channels]`, shape kept.
    package func callAsFunction(_ x: Tensor) -> Tensor {
        if !x.isTracked, let products = bottleneck.products {
            let end = Bottleneck.End(residual: x, activation: .gelu)
            return bottleneck.inferred(.expanded(x), grid: x.shape[0], products, end: end)
        }
        return closed(bottleneck(x), input: x)
    }

    /// The same from the bytes of a grey slice, of which `features` knows the first layers.
    func callAsFunction(_ x: Tensor, bytes: [UInt8], features: ByteFeatures) -> Tensor {
        let grid = x.shape[0]
        if let products = bottleneck.products {
            let rows = Bottleneck.HiddenRows.lookedUp(bytes, table: features.expanded.roundedValues)
            let end = Bottleneck.End(residual: x, activation: .gelu)
            return bottleneck.inferred(rows, grid: grid, products, end: end)
        }
        return callAsFunction(x) { rows in
            let part = bytes[rows.lowerBound * grid..<rows.upperBound * grid]
            return ByteFeatures.lookUp(part, columns: grid, in: features.expanded)
        }
    }

    /// The same from expanded rows; see ``Bottleneck``.
    package func callAsFunction(_ x: Tensor, expandedRows: (Range<Int>) -> Tensor) -> Tensor {
        closed(bottleneck(grid: x.shape[0], expandedRows: expandedRows), input: x)
    }

    private func closed(_ branch: Tensor, input: Tensor) -> Tensor {
        var y = branch
        y.add(input)
        y.add(bias: nil, activation: .gelu)
        return y
    }
}
