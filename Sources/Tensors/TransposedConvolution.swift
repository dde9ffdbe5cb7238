import CKernels

/// A transposed convolution that doubles rows and columns of `[batch, rows, columns, channels]`: 2×2 taps with stride 2,
/// or 4×4 taps with stride 2 and padding 1.
///
/// Every output pixel has a phase (its row and column modulo 2). The pixels of one phase are an ordinary convolution of
/// the input, with one tap (2×2) or with 2×2 taps (4×4), so nothing is ever added to an output from two places.
public struct TransposedConvolution: Sendable {
    /// For each phase, row by row, `[outputs, taps, taps, inputs]`.
    let phases: [Tensor]
    /// `[outputs]`, or nil.
    public let bias: Tensor?
    /// The number of input channels.
    public let inputs: Int
    /// The number of output channels.
    public let outputs: Int

    /// Taps along each axis within one phase: 1 or 2.
    private var taps: Int { phases[0].shape[1] }

    /// Takes a weight in the layout of checkpoints, `[inputs, outputs, k, k]` with k = 2 or 4.
    public init(weight: Tensor, bias: Tensor?) {
        precondition(weight.shape.count == 4 && weight.shape[2] == weight.shape[3], "weight \(weight.shape)")
        precondition(weight.shape[2] == 2 || weight.shape[2] == 4, "2×2 and 4×4 taps are known, not \(weight.shape)")
        inputs = weight.shape[0]
        outputs = weight.shape[1]
        self.bias = bias
        phases = [(0, 0), (0, 1), (1, 0), (1, 1)].map { Self.pack(weight, row: $0, column: $1) }
    }

    /// `[B, H, W, inputs]` to `[B, 2H, 2W, outputs]`, then the activation.
    public func callAsFunction(_ x: Tensor, activation: Activation = .identity) -> Tensor {
        precondition(x.shape.count == 4 && x.shape[3] == inputs, "convolution of \(inputs) channels on \(x.shape)")
        let shape = [x.shape[0], 2 * x.shape[1], 2 * x.shape[2], outputs]
        return Tensor(shape: shape) { result in
            for (index, phase) in phases.enumerated() {
                var part = product(x, phase, row: index / 2, column: index % 2)
                part.add(bias: bias, activation: activation)
                spread(part, row: index / 2, column: index % 2, into: result.start)
            }
        }
    }

    /// The convolution that gives all output pixels of one phase: `[B, H, W, outputs]`.
    private func product(_ x: Tensor, _ phase: Tensor, row: Int, column: Int) -> Tensor {
        let (rows, columns) = (x.shape[1], x.shape[2])
        let matrix = phase.reshaped([outputs, taps * taps * inputs])
        guard taps > 1 else { return x.multiplied(byTransposed: matrix) }
        var patches = KernelPatches()
        (patches.rows, patches.columns, patches.channels) = (rows, columns, inputs)
        (patches.output_rows, patches.output_columns) = (rows, columns)
        (patches.kernel_rows, patches.kernel_columns, patches.stride) = (taps, taps, 1)
        // An even output row 2a reads input rows a−1 and a, an odd one 2a+1 rows a and a+1.
        (patches.offset_row, patches.offset_column) = (row - 1, column - 1)
        return Tensor(shape: [x.shape[0], rows, columns, outputs]) { result in
            multiplyPatches(of: x, patches, transposed: matrix, into: result.start)
        }
    }

    private func spread(_ part: Tensor, row: Int, column: Int, into result: UnsafeMutablePointer<Float>) {
        let (batch, rows, columns) = (part.shape[0], part.shape[1], part.shape[2])
        part.withPointer { part in
            for image in 0..<batch {
                let source = part + image * rows * columns * outputs
                let target = result + image * 4 * rows * columns * outputs
                ComputeThreads.overRows(rows, elementsPerRow: columns * outputs) { range in
                    kernel_spread_phase(
                        source,
                        outputs,
                        target,
                        columns,
                        outputs,
                        Int32(row),
                        Int32(column),
                        range.lowerBound,
                        range.upperBound
                    )
                }
            }
        }
    }

    /// One phase's weight. Output position 2i − p + t belongs to input i and tap t (p the padding), so for 4×4 the taps
    /// of an even position are 3, 1 and those of an odd one 2, 0, in the order of the input rows they read.
    private static func pack(_ weight: Tensor, row: Int, column: Int) -> Tensor {
        let (inputs, outputs, kernel) = (weight.shape[0], weight.shape[1], weight.shape[2])
        let order = kernel == 2 ? [[0], [1]] : [[3, 1], [2, 0]]
        let (rowTaps, columnTaps) = (order[row], order[column])
        return Tensor(shape: [outputs, rowTaps.count, columnTaps.count, inputs]) { packed in
            weight.withPointer { weight in
                var next = packed.start
                for output in 0..<outputs {
                    for y in rowTaps {
                        for x in columnTaps {
                            let first = weight + (output * kernel + y) * kernel + x
                            for input in 0..<inputs {
                                (next + input).initialize(to: first[input * outputs * kernel * kernel])
                            }
                            next += inputs
                        }
                    }
                }
            }
        }
    }
}
