import CKernels

/// A k×k convolution (cross-correlation) with stride and zero padding over `[batch, rows, columns, channels]`.
public struct Convolution: Sendable {
    /// `[outputs, k, k, inputs]`: each output's taps in the order in which patches are packed.
    let packed: Tensor
    /// `[outputs]`, or nil.
    public let bias: Tensor?
    /// Input pixels from one output pixel to the next.
    public let stride: Int
    /// Rows and columns of zeros around the image.
    public let padding: Int

    /// The number of output channels.
    public var outputs: Int { packed.shape[0] }
    /// The number of input channels.
    public var inputs: Int { packed.shape[3] }
    var kernel: Int { packed.shape[1] }

    /// Takes a weight in the layout of checkpoints, `[outputs, inputs, k, k]`.
    public init(weight: Tensor, bias: Tensor?, stride: Int = 1, padding: Int = 0) {
        precondition(weight.shape.count == 4 && weight.shape[2] == weight.shape[3], "weight \(weight.shape)")
        precondition(stride > 0 && padding >= 0, "stride \(stride), padding \(padding)")
        packed = weight.channelsLast()
        self.bias = bias
        self.stride = stride
        self.padding = padding
    }

    /// `[B, H, W, inputs]` to `[B, (H + 2·padding − k)/stride + 1, …, outputs]`, then the activation.
    public func callAsFunction(_ x: Tensor, activation: Activation = .identity) -> Tensor {
        precondition(x.shape.count == 4 && x.shape[3] == inputs, "convolution of \(inputs) channels on \(x.shape)")
        let matrix = packed.reshaped([outputs, kernel * kernel * inputs])
        guard kernel > 1 || stride > 1 || padding > 0 else {
            return Linear(weight: matrix, bias: bias)(x, activation: activation)
        }
        let rows = (x.shape[1] + 2 * padding - kernel) / stride + 1
        let columns = (x.shape[2] + 2 * padding - kernel) / stride + 1
        var patches = KernelPatches()
        (patches.rows, patches.columns, patches.channels) = (x.shape[1], x.shape[2], inputs)
        (patches.output_rows, patches.output_columns) = (rows, columns)
        (patches.kernel_rows, patches.kernel_columns, patches.stride) = (kernel, kernel, stride)
        (patches.offset_row, patches.offset_column) = (-padding, -padding)
        var y = Tensor(shape: [x.shape[0], rows, columns, outputs]) { result in
            multiplyPatches(of: x, patches, transposed: matrix, into: result.start)
        }
        y.add(bias: bias, activation: activation)
        return y
    }
}

/// The product of every image's patches with a packed weight `[outputs, taps · channels]`, in blocks of patches that
/// stay in the cache. The result is `[images · output pixels, outputs]`.
func multiplyPatches(
    of x: Tensor,
    _ patches: KernelPatches,
    transposed weight: Tensor,
    into result: UnsafeMutablePointer<Float>
) {
    let outputs = weight.shape[0]
    let length = weight.count / max(1, outputs)
    let pixels = patches.output_rows * patches.output_columns
    let image = patches.rows * patches.columns * patches.channels
    let block = max(1, min(pixels, max(64, 1_048_576 / length)))
    withUnsafeTemporaryAllocation(of: Float.self, capacity: block * length) { buffer in
        let packed = buffer.start
        for index in 0..<x.shape[0] {
            for first in stride(from: 0, to: pixels, by: block) {
                let count = min(block, pixels - first)
                x.withPointer { pack($0 + index * image, patches, first..<first + count, into: packed) }
                weight.withPointer { weight in
                    multiply(
                        MatrixView(packed, rows: count, columns: length),
                        transposed: MatrixView(weight, rows: outputs, columns: length),
                        into: result + (index * pixels + first) * outputs,
                        stride: outputs
                    )
                }
            }
        }
    }
}

/// Packs the patches of the output pixels `range` of one image.
private func pack(
    _ image: UnsafePointer<Float>,
    _ patches: KernelPatches,
    _ range: Range<Int>,
    into packed: UnsafeMutablePointer<Float>
) {
    let length = patches.kernel_rows * patches.kernel_columns * patches.channels
    withUnsafePointer(to: patches) { patches in
        ComputeThreads.overRows(range.count, elementsPerRow: length) { part in
            let first = range.lowerBound + part.lowerBound
            kernel_pack_patches(image, packed + part.lowerBound * length, patches, first, first + part.count)
        }
    }
}
