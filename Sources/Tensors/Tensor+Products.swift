extension Tensor {
    /// `selfᵀ · right` over all rows: `[…, m]` and `[…, n]` with as many rows give `[m, n]`, the sum of the rows' outer
    /// products. It is what gradients of weights are; none passes through it.
    package func multipliedOverRows(by right: Tensor) -> Tensor {
        precondition(rowCount == right.rowCount, "\(shape) and \(right.shape) have different numbers of rows")
        precondition(!isTracked && !right.isTracked, "no gradient passes through a sum of outer products")
        return Tensor(shape: [lastAxis, right.lastAxis]) { result in
            withPointer { left in
                right.withPointer { other in
                    multiply(
                        transposedLeft: MatrixView(left, rows: rowCount, columns: lastAxis),
                        MatrixView(other, rows: rowCount, columns: right.lastAxis),
                        into: result.start,
                        stride: right.lastAxis
                    )
                }
            }
        }
    }

    /// A product for every item of a batch: `[B, m, k]` with `[B, n, k]` gives `[B, m, n]`, each item's matrix times the
    /// transpose of the other's.
    public func batchMultiplied(byTransposed right: Tensor) -> Tensor {
        precondition(
            shape.count == 3 && right.shape.count == 3 && shape[0] == right.shape[0] && shape[2] == right.shape[2],
            "\(shape) times the transposes of \(right.shape)"
        )
        let product = eachItem(with: right, shape: [shape[1], right.shape[1]]) { left, right, result in
            multiply(left, transposed: right, into: result, stride: right.rows)
        }
        guard isTracked || right.isTracked else { return product }
        let (left, other) = (right.isTracked ? detached() : nil, isTracked ? right.detached() : nil)
        return product.recording([self, right]) { gradient in
            [other.map { gradient.batchMultiplied(by: $0) }, left.map { gradient.batchTransposedMultiplied(by: $0) }]
        }
    }

    /// `[B, m, n]` with `[B, n, k]` to `[B, m, k]`, item by item.
    private func batchMultiplied(by right: Tensor) -> Tensor {
        eachItem(with: right, shape: [shape[1], right.shape[2]]) { left, right, result in
            multiply(left, right, into: result, stride: right.columns)
        }
    }

    /// `[B, m, n]` with `[B, m, k]` to `[B, n, k]`: each item's transpose times the other's matrix.
    private func batchTransposedMultiplied(by right: Tensor) -> Tensor {
        eachItem(with: right, shape: [shape[2], right.shape[2]]) { left, right, result in
            multiply(transposedLeft: left, right, into: result, stride: right.columns)
        }
    }

    /// Computes a matrix of that shape from every item's two matrices; items are divided between threads.
    private func eachItem(
        with other: Tensor,
        shape matrix: [Int],
        _ body: (MatrixView, MatrixView, UnsafeMutablePointer<Float>) -> Void
    ) -> Tensor {
        let (items, count) = (shape[0], matrix[0] * matrix[1])
        let (rows, columns, otherRows, otherColumns) = (shape[1], shape[2], other.shape[1], other.shape[2])
        return Tensor(shape: [items] + matrix) { result in
            let target = result.start
            withPointer { left in
                other.withPointer { right in
                    ComputeThreads.overRows(items, elementsPerRow: rows * columns + otherRows * otherColumns + count) {
                        for item in $0 {
                            body(
                                MatrixView(left + item * rows * columns, rows: rows, columns: columns),
                                MatrixView(
                                    right + item * otherRows * otherColumns,
                                    rows: otherRows,
                                    columns: otherColumns
                                ),
                                target + item * count
                            )
                        }
                    }
                }
            }
        }
    }
}
