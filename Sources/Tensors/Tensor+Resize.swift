import CKernels

extension Tensor {
    /// `[B, H, W, C]` at another size, interpolated bilinearly between pixel centres at half positions, edges clamped.
    ///
    /// Two taps along each axis at any scale (PyTorch's `align_corners=False` without anti-aliasing): shrinking skips
    /// pixels.
    public func resizedBilinearly(rows: Int, columns: Int) -> Tensor {
        precondition(shape.count == 4 && rows > 0 && columns > 0, "\(shape) to \(rows) × \(columns)")
        guard shape[1] != rows || shape[2] != columns else { return self }
        let (oldRows, oldColumns, channels) = (shape[1], shape[2], shape[3])
        return Tensor(shape: [shape[0], rows, columns, channels]) { result in
            withPointer { source in
                for image in 0..<shape[0] {
                    let x = source + image * oldRows * oldColumns * channels
                    let y = result.start + image * rows * columns * channels
                    ComputeThreads.overRows(rows, elementsPerRow: columns * channels) { range in
                        kernel_resize_bilinear(
                            x,
                            oldRows,
                            oldColumns,
                            channels,
                            y,
                            rows,
                            columns,
                            range.lowerBound,
                            range.upperBound
                        )
                    }
                }
            }
        }
    }

    /// `[length, width]` with another length, interpolated linearly along it by the same rule.
    public func resizedLinearly(length: Int) -> Tensor {
        precondition(shape.count == 2, "a table has two axes, not \(shape)")
        return reshaped([1, shape[0], 1, shape[1]]).resizedBilinearly(rows: length, columns: 1)
            .reshaped([length, shape[1]])
    }
}
