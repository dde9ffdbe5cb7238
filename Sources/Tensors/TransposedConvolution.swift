import CKernels

/// A transposed convolution that doubles rows and columns of `[batch, rows, columns, channels]`: 2×2 taps with stride 2,
/// or 4×4 taps with stride 2 and padding 1.
///
/// Every output pixel has a phase (its row and column modulo 2). The pixels of one phase are an ordinary convolution of
/// the input, with one tap (2×2) or with 2×2 taps (4×4), so nothing is ever added to an output from two places.
/// Gradients pass to the input, the packed weight and the bias.
public struct TransposedConvolution: Sendable {
    /// `[4, outputs, taps, taps, inputs]`: the weight of each phase, row by row, with 1 or 2 taps along each axis.
    public let packed: Tensor
    /// `[outputs]`, or nil.
    public let bias: Tensor?

    /// The number of input channels.
    public var inputs: Int { packed.shape[4] }
    /// The number of output channels.
    public var outputs: Int { packed.shape[1] }
    /// Taps along each axis within one phase: 1 or 2.
    var taps: Int { packed.shape[2] }

    /// Takes a weight in the layout of checkpoints, `[inputs, outputs, k, k]` with k = 2 or 4.
    public init(weight: Tensor, bias: Tensor?) {
        self.init(packed: Self.packed(weight), bias: bias)
    }

    /// Takes a weight in the layout that is computed with, `[4, outputs, k/2, k/2, inputs]`, without copying it: a layer
    /// whose weight is trained is made anew at every step at no cost.
    public init(packed: Tensor, bias: Tensor?) {
        Self.check(packed: packed)
        precondition(bias == nil || bias?.count == packed.shape[1], "bias does not fit packed weight \(packed.shape)")
        self.packed = packed
        self.bias = bias
    }

    /// `[B, H, W, inputs]` to `[B, 2H, 2W, outputs]`, then the activation.
    public func callAsFunction(_ x: Tensor, activation: Activation = .identity) -> Tensor {
        precondition(x.shape.count == 4 && x.shape[3] == inputs, "convolution of \(inputs) channels on \(x.shape)")
        guard x.isTracked || packed.isTracked || bias?.isTracked == true else {
            return convolved(x, activation: activation)
        }
        return recorded(x, activation: activation)
    }

    /// The forward step, without a history.
    func convolved(_ x: Tensor, activation: Activation) -> Tensor {
        let shape = [x.shape[0], 2 * x.shape[1], 2 * x.shape[2], outputs]
        return Tensor(shape: shape) { result in
            for phase in 0..<4 {
                var part = product(x, phase)
                part.add(bias: bias, activation: activation)
                spread(part, row: phase / 2, column: phase % 2, into: result.start)
            }
        }
    }

    /// The convolution that gives all output pixels of one phase: `[B, H, W, outputs]`.
    private func product(_ x: Tensor, _ phase: Int) -> Tensor {
        Tensor(shape: [x.shape[0], x.shape[1], x.shape[2], outputs]) { result in
            packed.withMatrix { packed in
                let weight = matrix(phase, packed)
                guard taps == 1 else {
                    let patches = patches(of: x.shape, phase)
                    return multiplyPatches(of: x, patches, transposed: weight, into: result.start)
                }
                x.withPointer { x in
                    multiply(
                        MatrixView(x, rows: result.count / max(1, outputs), columns: inputs),
                        transposed: weight,
                        into: result.start,
                        stride: outputs
                    )
                }
            }
        }
    }

    /// One phase's weight, `[outputs, taps · taps · inputs]`, inside the packed weight.
    func matrix(_ phase: Int, _ packed: MatrixView) -> MatrixView {
        let length = taps * taps * inputs
        return packed.reshaped(from: phase * outputs * length, rows: outputs, columns: length)
    }

    /// How the output pixels of one phase read images of that shape.
    func patches(of shape: [Int], _ phase: Int) -> KernelPatches {
        var patches = KernelPatches()
        (patches.rows, patches.columns, patches.channels) = (shape[1], shape[2], inputs)
        (patches.output_rows, patches.output_columns) = (shape[1], shape[2])
        (patches.kernel_rows, patches.kernel_columns, patches.stride) = (taps, taps, 1)
        // With 4×4 taps an even output row 2a reads input rows a−1 and a, an odd one 2a+1 rows a and a+1.
        if taps == 2 { (patches.offset_row, patches.offset_column) = (phase / 2 - 1, phase % 2 - 1) }
        return patches
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
}
