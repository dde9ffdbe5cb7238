import COpenBLAS

/// A row-major matrix inside somebody's memory: `rows × columns` elements, rows `stride` elements apart.
package struct MatrixView {
    package let base: UnsafePointer<Float>
    package let rows: Int
    package let columns: Int
    package let stride: Int

    package init(_ base: UnsafePointer<Float>, rows: Int, columns: Int, stride: Int? = nil) {
        self.base = base
        self.rows = rows
        self.columns = columns
        self.stride = stride ?? columns
    }
}

/// Writes `left · rightᵀ` (left `[m, k]`, right `[n, k]`) to `[m, n]` with rows `stride` elements apart.
package func multiply(
    _ left: MatrixView,
    transposed right: MatrixView,
    into result: UnsafeMutablePointer<Float>,
    stride: Int
) {
    precondition(left.columns == right.columns, "inner lengths \(left.columns) and \(right.columns)")
    guard left.rows > 0, right.rows > 0 else { return }
    cblas_sgemm(
        CblasRowMajor,
        CblasNoTrans,
        CblasTrans,
        Int32(left.rows),
        Int32(right.rows),
        Int32(left.columns),
        1,
        left.base,
        Int32(left.stride),
        right.base,
        Int32(right.stride),
        0,
        result,
        Int32(stride)
    )
}

/// Writes `left · right` (left `[m, k]`, right `[k, n]`) to `[m, n]` with rows `stride` elements apart.
package func multiply(
    _ left: MatrixView,
    _ right: MatrixView,
    into result: UnsafeMutablePointer<Float>,
    stride: Int,
    adding: Bool = false
) {
    precondition(left.columns == right.rows, "inner lengths \(left.columns) and \(right.rows)")
    guard left.rows > 0, right.columns > 0 else { return }
    cblas_sgemm(
        CblasRowMajor,
        CblasNoTrans,
        CblasNoTrans,
        Int32(left.rows),
        Int32(right.columns),
        Int32(left.columns),
        1,
        left.base,
        Int32(left.stride),
        right.base,
        Int32(right.stride),
        adding ? 1 : 0,
        result,
        Int32(stride)
    )
}

extension Tensor {
    /// `self · rightᵀ`: `[…, k]` times `[n, k]` gives `[…, n]`.
    public func multiplied(byTransposed right: Tensor) -> Tensor {
        precondition(
            right.shape.count == 2 && right.shape[1] == lastAxis,
            "\(shape) times the transpose of \(right.shape)"
        )
        let columns = right.shape[0]
        return Tensor(shape: shape.dropLast() + [columns]) { result in
            withPointer { left in
                right.withPointer { right in
                    multiply(
                        MatrixView(left, rows: rowCount, columns: lastAxis),
                        transposed: MatrixView(right, rows: columns, columns: lastAxis),
                        into: result.start,
                        stride: columns
                    )
                }
            }
        }
    }

    /// `self · right`: `[…, k]` times `[k, n]` gives `[…, n]`.
    public func multiplied(by right: Tensor) -> Tensor {
        precondition(right.shape.count == 2 && right.shape[0] == lastAxis, "\(shape) times \(right.shape)")
        let columns = right.shape[1]
        return Tensor(shape: shape.dropLast() + [columns]) { result in
            withPointer { left in
                right.withPointer { right in
                    multiply(
                        MatrixView(left, rows: rowCount, columns: lastAxis),
                        MatrixView(right, rows: lastAxis, columns: columns),
                        into: result.start,
                        stride: columns
                    )
                }
            }
        }
    }
}
