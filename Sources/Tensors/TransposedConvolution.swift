import CKernels

/// A transposed convolution that doubles rows and columns of `[batch, rows, columns, channels]`: 2×2 taps with stride 2,
/// or 4×4 taps with stride 2 and padding 1.
///
/// Every output pixel has a phase (its row and column modulo 2). The pixels of one phase are an ordinary convolution of
/// the input, with one tap (2×2) or with 2×2 taps (4×4), so nothing is ever added to an output from two places.
/// Gradients pass to the input, the packed weight and the bias.
public struct TransposedConvolution: Sendable {
    /// `[4, outputs, taps, taps, inputs]`: the weight of each phase, row by row, with 1 or 2 taps along each axis.
    public var packed: Tensor { weight.value }
    private let weight: DeferredTensor
    /// `[outputs]`, or nil.
    public let bias: Tensor?
    /// The weights arranged for inference.
    package private(set) var prepared: (any PreparedProduct)?
    /// Whether a gradient of a parameter is wanted.
    package var isTracked: Bool { weight.isTracked || bias?.isTracked == true }

    /// The number of input channels.
    public var inputs: Int { weight.shape[4] }
    /// The number of output channels.
    public var outputs: Int { weight.shape[1] }
    /// Taps along each axis within one phase: 1 or 2.
    var taps: Int { weight.shape[2] }

    /// Takes a weight in the layout of checkpoints, `[inputs, outputs, k, k]` with k = 2 or 4.
    public init(weight: Tensor, bias: Tensor?) {
        let shape = weight.shape
        precondition(shape.count == 4 && shape[2] == shape[3], "weight \(shape)")
        precondition(shape[2] == 2 || shape[2] == 4, "2×2 and 4×4 taps are known, not \(shape)")
        let phases = [4, shape[1], shape[2] / 2, shape[2] / 2, shape[0]]
        let packed =
            weight.isTracked
            ? DeferredTensor(Self.packed(weight)) : DeferredTensor(shape: phases) { Self.packed(weight) }
        self.init(packed, bias: bias)
    }

    /// Takes a weight in the layout that is computed with, `[4, outputs, k/2, k/2, inputs]`, without copying it: a layer
    /// whose weight is trained is made anew at every step at no cost.
    public init(packed: Tensor, bias: Tensor?) {
        Self.check(packed: packed)
        self.init(DeferredTensor(packed), bias: bias)
    }

    private init(_ weight: DeferredTensor, bias: Tensor?) {
        precondition(bias == nil || bias?.count == weight.shape[1], "bias does not fit packed weight \(weight.shape)")
        self.weight = weight
        self.bias = bias
    }

    /// The same convolution with its weights prepared for inference.
    ///
    /// The phases of 2×2 taps read the same pixel: they are one product with four times the outputs.
    package func prepared(_ name: String, by preparation: (any LayerPreparation)?) -> TransposedConvolution {
        let (weight, length, rows) = (weight, taps * taps * inputs, 4 * outputs)
        let isOneProduct = taps == 1
        let weights = WeightsToPrepare(
            groups: isOneProduct ? 1 : 4,
            outputs: isOneProduct ? rows : outputs,
            inputs: length,
            bias: isOneProduct ? bias.map { Tensor.joined([$0, $0, $0, $0]) } : bias
        ) { weight.passing.reshaped([rows, length]) }
        var layer = self
        layer.prepared = preparation?.product(name, weights)
        return layer
    }

    /// `[B, H, W, inputs]` to `[B, 2H, 2W, outputs]`, then the activation.
    public func callAsFunction(_ x: Tensor, activation: Activation = .identity) -> Tensor {
        precondition(x.shape.count == 4 && x.shape[3] == inputs, "convolution of \(inputs) channels on \(x.shape)")
        guard x.isTracked || weight.isTracked || bias?.isTracked == true else {
            if let prepared, prepared.isWanted, taps == 2 {
                let layouts = (0..<4).map { patches(of: x.shape, $0) }
                return prepared(phasesOf: x, layouts, activation: activation)
            }
            return convolved(x, activation: activation)
        }
        return recorded(x, activation: activation)
    }

    /// The forward step, without a history.
    func convolved(_ x: Tensor, activation: Activation) -> Tensor {
        Tensor(shape: [x.shape[0], 2 * x.shape[1], 2 * x.shape[2], outputs]) { result in
            guard taps == 2 else { return spreadPixels(x, activation: activation, into: result.start) }
            for phase in 0..<4 {
                var part = product(x, phase)
                part.add(bias: bias, activation: activation)
                spread(part, column: 0, phase, into: result.start)
            }
        }
    }

    /// The step for 2×2 taps, whose four phases read one pixel: some rows of the batch after the others.
    private func spreadPixels(_ x: Tensor, activation: Activation, into result: UnsafeMutablePointer<Float>) {
        if let prepared, prepared.isWanted {
            let parts = prepared(x, activation: activation)
            for phase in 0..<4 { spread(parts, column: phase * outputs, phase, into: result) }
            return
        }
        let (rows, columns) = (x.shape[0] * x.shape[1], x.shape[2])
        let block = max(1, Self.blockSize / max(1, 4 * outputs * columns))
        let biases = bias.map { Tensor.joined([$0, $0, $0, $0]) }
        for first in stride(from: 0, to: rows, by: block) {
            let count = min(block, rows - first)
            var parts = Tensor(shape: [1, count, columns, 4 * outputs]) { parts in
                x.withPointer { x in
                    phases.withMatrix { phases in
                        multiply(
                            MatrixView(x + first * columns * inputs, rows: count * columns, columns: inputs),
                            transposed: phases,
                            into: parts.start,
                            stride: 4 * outputs
                        )
                    }
                }
            }
            parts.add(bias: biases, activation: activation)
            let target = result + 4 * first * columns * outputs
            for phase in 0..<4 { spread(parts, column: phase * outputs, phase, into: target) }
        }
    }

    private static let blockSize = 1_048_576

    /// The convolution that gives all output pixels of one phase, for 4×4 taps: `[B, H, W, outputs]`.
    private func product(_ x: Tensor, _ phase: Int) -> Tensor {
        Tensor(shape: [x.shape[0], x.shape[1], x.shape[2], outputs]) { result in
            let patches = BatchPatches(images: x.shape[0], layout: patches(of: x.shape, phase))
            phases.withMatrix { patches.multiply(x, transposed: matrix(phase, $0), into: result.start) }
        }
    }

    /// The weights of all phases, one below the other: `[4 · outputs, taps · taps · inputs]`.
    var phases: Tensor { packed.detached().reshaped([4 * outputs, taps * taps * inputs]) }

    /// One phase's weight, `[outputs, taps · taps · inputs]`, inside those of all.
    func matrix(_ phase: Int, _ phases: MatrixView) -> MatrixView {
        phases.rows(phase * outputs..<(phase + 1) * outputs)
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

    /// Writes the pixels of one phase; their channels are the columns of `part` from `column` on.
    private func spread(_ part: Tensor, column: Int, _ phase: Int, into result: UnsafeMutablePointer<Float>) {
        let (columns, width) = (part.shape[2], part.shape[3])
        part.withPointer { pixels in
            // The rows of all images follow one another before and after.
            ComputeThreads.overRows(part.count / max(1, columns * width), elementsPerRow: columns * outputs) { range in
                kernel_spread_phase(
                    pixels + column,
                    width,
                    result,
                    columns,
                    outputs,
                    Int32(phase / 2),
                    Int32(phase % 2),
                    range.lowerBound,
                    range.upperBound
                )
            }
        }
    }
}
