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
        let result = Tensor(shape: [shape[0], rows, columns, channels]) { result in
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
        let own = shape
        return result.recording([self]) { [$0.spreadBilinearly(to: own)] }
    }

    /// The adjoint of ``resizedBilinearly(rows:columns:)``: every element goes to the pixels that it was read from, by
    /// their weights.
    private func spreadBilinearly(to shape: [Int]) -> Tensor {
        let (rows, columns, channels) = (shape[1], shape[2], shape[3])
        let (newRows, newColumns) = (self.shape[1], self.shape[2])
        return Tensor(shape: shape) { result in
            withPointer { source in
                for image in 0..<shape[0] {
                    let y = source + image * newRows * newColumns * channels
                    let x = result.start + image * rows * columns * channels
                    let work = 2 * newRows * newColumns * channels / rows
                    ComputeThreads.overRows(rows, elementsPerRow: work + columns * channels) { range in
                        kernel_resize_bilinear_gradient(
                            y,
                            rows,
                            columns,
                            channels,
                            x,
                            newRows,
                            newColumns,
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
