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

/// Writes `left · rightᵀ` (left `[m, k]`, right `[n, k]`) to `[m, n]` with rows `stride` elements apart, or adds it to
/// what is there.
package func multiply(
    _ left: MatrixView,
    transposed right: MatrixView,
    into result: UnsafeMutablePointer<Float>,
    stride: Int,
    adding: Bool = false
) {
    precondition(left.columns == right.columns, "inner lengths \(left.columns) and \(right.columns)")
    let operands = Operands(left: left, right: right, kind: (CblasNoTrans, CblasTrans))
    operands.multiply(rows: left.rows, columns: right.rows, inner: left.columns, into: result, stride, adding)
}

/// Writes `left · right` (left `[m, k]`, right `[k, n]`) to `[m, n]` with rows `stride` elements apart, or adds it to what
/// is there.
package func multiply(
    _ left: MatrixView,
    _ right: MatrixView,
    into result: UnsafeMutablePointer<Float>,
    stride: Int,
    adding: Bool = false
) {
    precondition(left.columns == right.rows, "inner lengths \(left.columns) and \(right.rows)")
    let operands = Operands(left: left, right: right, kind: (CblasNoTrans, CblasNoTrans))
    operands.multiply(rows: left.rows, columns: right.columns, inner: left.columns, into: result, stride, adding)
}

/// Writes `leftᵀ · right` (left `[k, m]`, right `[k, n]`) to `[m, n]` with rows `stride` elements apart, or adds it to
/// what is there.
package func multiply(
    transposedLeft left: MatrixView,
    _ right: MatrixView,
    into result: UnsafeMutablePointer<Float>,
    stride: Int,
    adding: Bool = false
) {
    precondition(left.rows == right.rows, "inner lengths \(left.rows) and \(right.rows)")
    let operands = Operands(left: left, right: right, kind: (CblasTrans, CblasNoTrans))
    operands.multiply(rows: left.columns, columns: right.columns, inner: left.rows, into: result, stride, adding)
}

/// Both sides of a product and which of them is transposed.
private struct Operands {
    let left: MatrixView
    let right: MatrixView
    let kind: (left: CBLAS_TRANSPOSE, right: CBLAS_TRANSPOSE)

    func multiply(
        rows: Int,
        columns: Int,
        inner: Int,
        into result: UnsafeMutablePointer<Float>,
        _ stride: Int,
        _ adding: Bool
    ) {
        inPieces(rows: rows, columns: columns, inner: inner) { rows, columns in
            cblas_sgemm(
                CblasRowMajor,
                kind.left,
                kind.right,
                Int32(rows.count),
                Int32(columns.count),
                Int32(inner),
                1,
                left.base + rows.lowerBound * (kind.left == CblasTrans ? 1 : left.stride),
                Int32(left.stride),
                right.base + columns.lowerBound * (kind.right == CblasTrans ? right.stride : 1),
                Int32(right.stride),
                adding ? 1 : 0,
                result + rows.lowerBound * stride + columns.lowerBound,
                Int32(stride)
            )
        }
    }
}

/// Divides a product between threads along its longer side.
///
/// The pieces depend on the sizes alone. Each packs the undivided operand anew, so they are few and large.
private func inPieces(rows: Int, columns: Int, inner: Int, _ body: (Range<Int>, Range<Int>) -> Void) {
    guard rows > 0, columns > 0 else { return }
    let work = rows * columns * inner
    var pieces = 1
    while pieces < 16, work / (2 * pieces) >= 16_777_216 { pieces *= 2 }
    // Whole blocks of every kernel that OpenBLAS has; only the last piece has a remainder.
    let unit = 96
    let units = (max(rows, columns) + unit - 1) / unit
    pieces = min(pieces, units)
    ComputeThreads.perform(pieces) { piece in
        preread_openblas_stay_on_thread()
        let part = units * piece / pieces * unit..<min(max(rows, columns), units * (piece + 1) / pieces * unit)
        if rows >= columns { body(part, 0..<columns) } else { body(0..<rows, part) }
    }
}

extension Tensor {
    /// `self · rightᵀ`: `[…, k]` times `[n, k]` gives `[…, n]`.
    public func multiplied(byTransposed right: Tensor) -> Tensor {
        precondition(
            right.shape.count == 2 && right.shape[1] == lastAxis,
            "\(shape) times the transpose of \(right.shape)"
        )
        let columns = right.shape[0]
        let product = Tensor(shape: shape.dropLast() + [columns]) { result in
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
        guard isTracked || right.isTracked else { return product }
        let (kept, factor) = (right.isTracked ? detached() : nil, isTracked ? right.detached() : nil)
        return product.recording([self, right]) { gradient in
            [factor.map { gradient.multiplied(by: $0) }, kept.map { gradient.multipliedOverRows(by: $0) }]
        }
    }

    /// `self · right`: `[…, k]` times `[k, n]` gives `[…, n]`.
    public func multiplied(by right: Tensor) -> Tensor {
        precondition(right.shape.count == 2 && right.shape[0] == lastAxis, "\(shape) times \(right.shape)")
        let columns = right.shape[1]
        let product = Tensor(shape: shape.dropLast() + [columns]) { result in
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
        guard isTracked || right.isTracked else { return product }
        let (kept, factor) = (right.isTracked ? detached() : nil, isTracked ? right.detached() : nil)
        return product.recording([self, right]) { gradient in
            [factor.map { gradient.multiplied(byTransposed: $0) }, kept.map { $0.multipliedOverRows(by: gradient) }]
        }
    }
}
