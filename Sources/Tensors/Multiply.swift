/// Writes `left · rightᵀ` (left `[m, k]`, right `[n, k]`) to `[m, n]` with rows `stride` elements apart, or adds it to
/// what is there.
package func multiply(
    _ left: MatrixView,
    transposed right: MatrixView,
    into result: UnsafeMutablePointer<Float>,
    stride: Int,
    adding: Bool = false
) {
    MatrixProduct((left, false), (right, true), into: result, stride: stride, adds: adding).compute()
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
    MatrixProduct((left, false), (right, false), into: result, stride: stride, adds: adding).compute()
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
    MatrixProduct((left, true), (right, false), into: result, stride: stride, adds: adding).compute()
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
                right.withMatrix { right in
                    multiply(
                        MatrixView(left, rows: rowCount, columns: lastAxis),
                        transposed: right,
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
                right.withMatrix { right in
                    multiply(
                        MatrixView(left, rows: rowCount, columns: lastAxis),
                        right,
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
