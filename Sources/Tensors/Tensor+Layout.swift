import CKernels

extension Tensor {
    /// A matrix `[m, n]` as `[n, m]`.
    public func transposed() -> Tensor {
        precondition(shape.count == 2, "only a matrix is transposed, not \(shape)")
        let result = Tensor(shape: [shape[1], shape[0]]) { result in
            withPointer { transpose($0, result.start, rows: shape[0], columns: shape[1]) }
        }
        return result.recording([self]) { [$0.transposed()] }
    }

    /// `[B, C, H, W]` as `[B, H, W, C]`.
    public func channelsLast() -> Tensor {
        precondition(shape.count == 4, "batch, channels, rows and columns expected, not \(shape)")
        return swapped([shape[0], shape[2], shape[3], shape[1]], rows: shape[1], columns: shape[2] * shape[3])
            .recording([self]) { [$0.channelsFirst()] }
    }

    /// `[B, H, W, C]` as `[B, C, H, W]`.
    public func channelsFirst() -> Tensor {
        precondition(shape.count == 4, "batch, rows, columns and channels expected, not \(shape)")
        return swapped([shape[0], shape[3], shape[1], shape[2]], rows: shape[1] * shape[2], columns: shape[3])
            .recording([self]) { [$0.channelsLast()] }
    }

    /// Every image of a batch, seen as a matrix, transposed.
    private func swapped(_ shape: [Int], rows: Int, columns: Int) -> Tensor {
        Tensor(shape: shape) { result in
            withPointer { source in
                for image in 0..<shape[0] {
                    let offset = image * rows * columns
                    transpose(source + offset, result.start + offset, rows: rows, columns: columns)
                }
            }
        }
    }
}

private func transpose(
    _ source: UnsafePointer<Float>,
    _ target: UnsafeMutablePointer<Float>,
    rows: Int,
    columns: Int
) {
    ComputeThreads.overRows(columns, elementsPerRow: rows) { range in
        kernel_transpose(source, target, rows, columns, range.lowerBound, range.upperBound)
    }
}
