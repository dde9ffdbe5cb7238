import CKernels

extension Tensor {
    /// The softmax of every row times `scale`, in place; `scale` is positive.
    public mutating func softmaxRows(scale: Float = 1) {
        precondition(scale > 0, "the scale of a softmax is positive")
        let (rows, width, nodes) = (rowCount, lastAxis, [node])
        if isTracked { self = detached() }
        withMutablePointer { x in
            ComputeThreads.overRows(rows, elementsPerRow: 4 * width) { range in
                kernel_softmax_rows(x + range.lowerBound * width, range.count, width, scale)
            }
        }
        guard nodes[0] != nil else { return }
        let result = self
        self = recordingInPlace(from: nodes) { gradient in
            gradient.passBackThroughSoftmax(result, scale: scale)
            return [gradient]
        }
    }

    /// Turns the gradient of a softmax of rows, `result`, into that of what it was taken of.
    private mutating func passBackThroughSoftmax(_ result: Tensor, scale: Float) {
        let (rows, width) = (rowCount, lastAxis)
        result.withPointer { result in
            rewrite { source, target in
                ComputeThreads.overRows(rows, elementsPerRow: 2 * width) { range in
                    let first = range.lowerBound * width
                    kernel_softmax_gradient_rows(
                        source + first,
                        result + first,
                        target + first,
                        range.count,
                        width,
                        scale
                    )
                }
            }
        }
    }

    /// Every row multiplied element by element: `[B, …, C]` with factors `[B, C]`.
    public func multipliedRows(by factors: Tensor) -> Tensor {
        let width = lastAxis
        precondition(factors.shape == [shape[0], width], "factors \(factors.shape) for \(shape)")
        let rows = count / max(1, shape[0] * width)
        var result = detached()
        factors.withPointer { factors in
            result.rewrite { source, target in
                ComputeThreads.overRows(shape[0] * rows, elementsPerRow: width) { range in
                    for item in range.isEmpty ? 0..<0 : range.lowerBound / rows..<(range.upperBound - 1) / rows + 1 {
                        let part = range.clamped(to: item * rows..<(item + 1) * rows)
                        let first = part.lowerBound * width
                        kernel_multiply_rows(source + first, factors + item * width, target + first, part.count, width)
                    }
                }
            }
        }
        guard isTracked || factors.isTracked else { return result }
        let (x, multipliers) = (factors.isTracked ? detached() : nil, isTracked ? factors.detached() : nil)
        return result.recording([self, factors]) { gradient in
            [multipliers.map { gradient.multipliedRows(by: $0) }, x.map { gradient.summedRowProducts(with: $0) }]
        }
    }

    /// The sums over each item's rows of the products with another tensor: `[B, …, C]` to `[B, C]`.
    private func summedRowProducts(with other: Tensor) -> Tensor {
        let width = lastAxis
        let rows = count / max(1, shape[0] * width)
        return Tensor(shape: [shape[0], width]) { result in
            let target = result.start
            withPointer { left in
                other.withPointer { right in
                    for item in 0..<shape[0] {
                        let first = item * rows * width
                        ComputeThreads.overColumns(width, rows: rows) { columns in
                            kernel_sum_row_products(
                                left + first,
                                right + first,
                                rows,
                                width,
                                target + item * width,
                                columns.lowerBound,
                                columns.upperBound
                            )
                        }
                    }
                }
            }
        }
    }

    /// The mean of each of the last axis' elements over the axis before it: `[…, n, C]` to `[…, C]`.
    public func meanOverRows() -> Tensor {
        let (width, length) = (lastAxis, shape.dropLast().last ?? 1)
        let groups = count / max(1, width * length)
        var mean = Tensor(shape: Array(shape.dropLast(2)) + [width]) { result in
            let target = result.start
            withPointer { source in
                for group in 0..<groups {
                    let first = source + group * length * width
                    // Sums are in double: that of thousands of pixels stays exact to fp32.
                    ComputeThreads.overColumns(width, rows: length) { columns in
                        kernel_sum_rows(
                            first,
                            length,
                            width,
                            target + group * width,
                            columns.lowerBound,
                            columns.upperBound
                        )
                    }
                }
            }
        }
        mean.rewriteBlocks { source, target, count in
            for index in 0..<count { target[index] = Float(Double(source[index]) / Double(length)) }
        }
        let shape = shape
        return mean.recording([self]) { [$0.scaled(by: 1 / Float(length)).spreadOverRows(to: shape)] }
    }

    /// Every row repeated for all rows of its group: `[…, C]` to `[…, n, C]`.
    private func spreadOverRows(to shape: [Int]) -> Tensor {
        let (width, rows) = (lastAxis, shape.dropLast().reduce(1, *))
        let length = rows / max(1, rowCount)
        return Tensor(shape: shape) { result in
            let target = result.start
            withPointer { source in
                ComputeThreads.overRows(rows, elementsPerRow: width) { range in
                    for row in range {
                        (target + row * width).initialize(from: source + row / length * width, count: width)
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
                ComputeThreads.overColumns(width, rows: rows) { columns in
                    kernel_sum_rows(source, rows, width, target, columns.lowerBound, columns.upperBound)
                }
            }
        }
        let shape = shape
        return sum.recording([self]) { [$0.spreadOverRows(to: shape)] }
    }
}
