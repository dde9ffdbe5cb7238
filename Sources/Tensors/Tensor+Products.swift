import CKernels

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
    /// transpose of the other's. A side with batch 1 is shared by the whole batch.
    public func batchMultiplied(byTransposed right: Tensor) -> Tensor {
        precondition(
            shape.count == 3 && right.shape.count == 3 && shape[2] == right.shape[2],
            "\(shape) times the transposes of \(right.shape)"
        )
        let product = eachItem(with: right, shape: [shape[1], right.shape[1]]) { left, right, result in
            multiply(left, transposed: right, into: result.start, stride: right.rows)
        }
        guard isTracked || right.isTracked else { return product }
        let (left, other) = (right.isTracked ? detached() : nil, isTracked ? right.detached() : nil)
        let (leftItems, rightItems) = (shape[0], right.shape[0])
        return product.recording([self, right]) { gradient in
            [
                other.map { gradient.batchMultiplied(by: $0, items: leftItems) },
                left.map { gradient.batchTransposedMultiplied(by: $0, items: rightItems) },
            ]
        }
    }

    /// A product for every item of a batch: `[B, m, n]` with `[B, n, k]` gives `[B, m, k]`. A side with batch 1 is shared by
    /// the whole batch.
    public func batchMultiplied(by right: Tensor) -> Tensor {
        precondition(
            shape.count == 3 && right.shape.count == 3 && shape[2] == right.shape[1],
            "\(shape) times \(right.shape)"
        )
        let product = detached().batchMultiplied(by: right.detached(), items: max(shape[0], right.shape[0]))
        guard isTracked || right.isTracked else { return product }
        let (left, other) = (right.isTracked ? detached() : nil, isTracked ? right.detached() : nil)
        let (leftItems, rightItems) = (shape[0], right.shape[0])
        return product.recording([self, right]) { gradient in
            [
                other.map { gradient.batchMultiplied(byTransposed: $0, items: leftItems) },
                left.map { $0.batchTransposedMultiplied(by: gradient, items: rightItems) },
            ]
        }
    }

    /// Every item's rows plus the item's own row: `[B, m, n]` and `[B, 1, n]`.
    public func addingToRows(_ rows: Tensor) -> Tensor {
        let (items, length, width) = (shape[0], shape[1], shape[2])
        precondition(rows.shape == [items, 1, width], "\(rows.shape) for the rows of \(shape)")
        var result = detached()
        rows.withPointer { added in
            result.rewrite { source, target in
                ComputeThreads.overRows(items * length, elementsPerRow: width) { range in
                    for row in range {
                        let first = row * width
                        kernel_add(source + first, added + row / length * width, target + first, width)
                    }
                }
            }
        }
        let (isTracked, rowsAreTracked) = (isTracked, rows.isTracked)
        return result.recording([self, rows]) { gradient in
            [isTracked ? gradient : nil, rowsAreTracked ? gradient.summedRowsOfItems() : nil]
        }
    }

    /// `[B, m, n]` to `[B, 1, n]`, in double precision, row after row.
    private func summedRowsOfItems() -> Tensor {
        let (items, length, width) = (shape[0], shape[1], shape[2])
        return Tensor(shape: [items, 1, width]) { result in
            let target = result.start
            withPointer { source in
                ComputeThreads.overRows(items, elementsPerRow: length * width) { range in
                    for item in range {
                        kernel_sum_rows(source + item * length * width, length, width, target + item * width, 0, width)
                    }
                }
            }
        }
    }

    // MARK: Without gradients

    private func batchMultiplied(by right: Tensor, items: Int) -> Tensor {
        eachItem(with: right, shape: [shape[1], right.shape[2]], items: items) { left, right, result in
            multiply(left, right, into: result.start, stride: right.columns, adding: result.adds)
        }
    }

    private func batchMultiplied(byTransposed right: Tensor, items: Int) -> Tensor {
        eachItem(with: right, shape: [shape[1], right.shape[1]], items: items) { left, right, result in
            multiply(left, transposed: right, into: result.start, stride: right.rows, adding: result.adds)
        }
    }

    /// `[B, m, n]` with `[B, m, k]` to `[B, n, k]`: each item's transpose times the other's matrix.
    private func batchTransposedMultiplied(by right: Tensor, items: Int) -> Tensor {
        eachItem(with: right, shape: [shape[2], right.shape[2]], items: items) { left, right, result in
            multiply(transposedLeft: left, right, into: result.start, stride: right.columns, adding: result.adds)
        }
    }

    /// Computes a matrix of that shape from every item's two matrices; items are divided between threads. Where fewer
    /// matrices are wanted than there are items, that is one for all, the items' matrices are added one after the other.
    private func eachItem(
        with other: Tensor,
        shape matrix: [Int],
        items wanted: Int? = nil,
        _ body: (MatrixView, MatrixView, (start: UnsafeMutablePointer<Float>, adds: Bool)) -> Void
    ) -> Tensor {
        let items = max(shape[0], other.shape[0])
        precondition([shape[0], other.shape[0]].allSatisfy { $0 == items || $0 == 1 }, "batches do not fit")
        let results = wanted ?? items
        let (size, otherSize, count) = (shape[1] * shape[2], other.shape[1] * other.shape[2], matrix[0] * matrix[1])
        let (step, otherStep) = (shape[0] == 1 ? 0 : size, other.shape[0] == 1 ? 0 : otherSize)
        return Tensor(shape: [results] + matrix) { result in
            let target = result.start
            withStorage { leftStorage in
                other.withStorage { rightStorage in
                    let (left, right) = (leftStorage.start, rightStorage.start)
                    func compute(_ item: Int) {
                        body(
                            MatrixView(left + item * step, rows: shape[1], columns: shape[2], of: leftStorage),
                            MatrixView(
                                right + item * otherStep,
                                rows: other.shape[1],
                                columns: other.shape[2],
                                of: rightStorage
                            ),
                            (target + (results == items ? item * count : 0), results < items && item > 0)
                        )
                    }
                    guard results == items else { return (0..<items).forEach { compute($0) } }
                    ComputeThreads.overRows(items, elementsPerRow: size + otherSize + count) { range in
                        for item in range { compute(item) }
                    }
                }
            }
        }
    }
}
