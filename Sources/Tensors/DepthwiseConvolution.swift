import CKernels

/// A 3×3 convolution with padding 1 in which every channel is on its own, over `[batch, rows, columns, channels]`.
public struct DepthwiseConvolution: Sendable {
    /// `[3, 3, channels]`.
    let packed: Tensor
    /// `[channels]`, or nil.
    public let bias: Tensor?
    /// 1 or 2.
    public let stride: Int
    /// What the network computes in: outside fp32 the activation is computed no better than its result is rounded later.
    package var precision = NetworkPrecision.float32

    /// Takes a weight in the layout of checkpoints, `[channels, 1, 3, 3]`.
    public init(weight: Tensor, bias: Tensor?, stride: Int = 1) {
        precondition(weight.shape.dropFirst() == [1, 3, 3], "a depthwise weight is [C, 1, 3, 3], not \(weight.shape)")
        precondition(stride == 1 || stride == 2, "stride \(stride)")
        packed = weight.reshaped([weight.shape[0], 9]).transposed().reshaped([3, 3, weight.shape[0]])
        self.bias = bias
        self.stride = stride
    }

    /// `[B, H, W, C]` to `[B, ⌈H/stride⌉, ⌈W/stride⌉, C]`, then the activation.
    public func callAsFunction(_ x: Tensor, activation: Activation = .identity) -> Tensor {
        let channels = packed.shape[2]
        precondition(x.shape.count == 4 && x.shape[3] == channels, "convolution of \(channels) channels on \(x.shape)")
        let (rows, columns) = (x.shape[1], x.shape[2])
        let (newRows, newColumns) = ((rows + stride - 1) / stride, (columns + stride - 1) / stride)
        return Tensor(shape: [x.shape[0], newRows, newColumns, channels]) { result in
            x.withPointer { x in
                for image in 0..<result.count / max(1, newRows * newColumns * channels) {
                    convolve(
                        x + image * rows * columns * channels,
                        rows: rows,
                        columns: columns,
                        activation: activation.kernel(for: precision),
                        into: result.start + image * newRows * newColumns * channels
                    )
                }
            }
        }
    }

    private func convolve(
        _ x: UnsafePointer<Float>,
        rows: Int,
        columns: Int,
        activation: KernelActivation,
        into y: UnsafeMutablePointer<Float>
    ) {
        let channels = packed.shape[2]
        packed.withPointer { weight in
            withOptionalPointer(bias) { bias in
                ComputeThreads.overRows((rows + stride - 1) / stride, elementsPerRow: columns * channels) { range in
                    kernel_depthwise3x3(
                        x,
                        rows,
                        columns,
                        channels,
                        weight,
                        bias,
                        stride,
                        y,
                        range.lowerBound,
                        range.upperBound,
                        activation
                    )
                }
            }
        }
    }

    /// Writes the output rows `range` of an image `[rows, columns, channels]`, without an activation, on the calling thread.
    package func convolve(
        _ x: UnsafePointer<Float>,
        rows: Int,
        columns: Int,
        only range: Range<Int>,
        into y: UnsafeMutablePointer<Float>
    ) {
        let channels = packed.shape[2]
        let before = range.lowerBound * ((columns + stride - 1) / stride) * channels
        packed.withPointer { weight in
            withOptionalPointer(bias) { bias in
                kernel_depthwise3x3(
                    x,
                    rows,
                    columns,
                    channels,
                    weight,
                    bias,
                    stride,
                    y - before,
                    range.lowerBound,
                    range.upperBound,
                    KERNEL_IDENTITY
                )
            }
        }
    }

    /// Writes one output row in bf16 from the three input rows in bf16 that it reads, nil for one outside of the image.
    package func convolve(
        rounded rows: (UnsafePointer<UInt16>?, UnsafePointer<UInt16>?, UnsafePointer<UInt16>?),
        columns: Int,
        activation: Activation,
        into y: UnsafeMutablePointer<UInt16>
    ) {
        let channels = packed.shape[2]
        let rows = [rows.0, rows.1, rows.2]
        packed.withPointer { weight in
            withOptionalPointer(bias) { bias in
                let kernel = activation.kernel(for: .bfloat16)
                kernel_depthwise3x3_rounded(rows, columns, channels, weight, bias, stride, y, kernel)
            }
        }
    }
}
