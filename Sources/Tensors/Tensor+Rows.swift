import CKernels

extension Tensor {
    /// The softmax of every row times `scale`, in place; `scale` is positive.
    public mutating func softmaxRows(scale: Float = 1) {
        precondition(scale > 0, "the scale of a softmax is positive")
        let (rows, width) = (rowCount, lastAxis)
        withMutablePointer { x in
            ComputeThreads.overRows(rows, elementsPerRow: 4 * width) { range in
                kernel_softmax_rows(x + range.lowerBound * width, range.count, width, scale)
            }
        }
    }

    /// `(x − mean) / √(variance + ε) · scale + shift` along every row, with the biased variance.
    func normalised(scale: Tensor, shift: Tensor, epsilon: Float) -> Tensor {
        let width = lastAxis
        precondition(scale.count == width && shift.count == width, "norm of \(scale.shape) over rows of \(shape)")
        return Tensor(shape: shape) { result in
            let target = result.start
            withPointer { source in
                scale.withPointer { scale in
                    shift.withPointer { shift in
                        ComputeThreads.overRows(rowCount, elementsPerRow: 2 * width) { rows in
                            let first = rows.lowerBound * width
                            kernel_layer_norm_rows(
                                source + first,
                                target + first,
                                rows.count,
                                width,
                                scale,
                                shift,
                                epsilon
                            )
                        }
                    }
                }
            }
        }
    }

    /// Every row multiplied element by element: `[B, …, C]` with factors `[B, C]`.
    public func multipliedRows(by factors: Tensor) -> Tensor {
        let width = lastAxis
        precondition(factors.shape == [shape[0], width], "factors \(factors.shape) for \(shape)")
        let rows = count / max(1, shape[0] * width)
        return Tensor(shape: shape) { result in
            withPointer { source in
                factors.withPointer { factors in
                    for item in 0..<shape[0] {
                        let first = item * rows * width
                        kernel_multiply_rows(
                            source + first,
                            factors + item * width,
                            result.start + first,
                            rows,
                            width
                        )
                    }
                }
            }
        }
    }

    /// The mean of each of the last axis' elements over the axis before it: `[…, n, C]` to `[…, C]`.
    public func meanOverRows() -> Tensor {
        let (width, length) = (lastAxis, shape.dropLast().last ?? 1)
        let groups = count / max(1, width * length)
        return Tensor(shape: Array(shape.dropLast(2)) + [width]) { result in
            withPointer { source in
                for group in 0..<groups {
                    // Double: the sum of thousands of pixels stays exact to fp32.
                    var sums = [Double](repeating: 0, count: width)
                    let first = source + group * length * width
                    for row in 0..<length {
                        for column in 0..<width { sums[column] += Double(first[row * width + column]) }
                    }
                    for column in 0..<width {
                        (result.start + group * width + column).initialize(to: Float(sums[column] / Double(length)))
                    }
                }
            }
        }
    }

    /// The sum of all rows: `[…, C]` to `[C]`, in double precision, one column after the other.
    public func summedOverRows() -> Tensor {
        let (rows, width) = (rowCount, lastAxis)
        let sum = Tensor(shape: [width]) { result in
            withPointer { source in
                let target = result.start
                ComputeThreads.overRows(width, elementsPerRow: rows) { columns in
                    kernel_sum_rows(source, rows, width, target, columns.lowerBound, columns.upperBound)
                }
            }
        }
        let shape = shape
        return sum.recording([self]) { [Tensor(zeros: shape).adding($0)] }
    }
}
