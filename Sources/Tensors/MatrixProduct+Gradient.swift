/// Writes `leftᵀ · right` (left `[k, m]`, right `[k, n]`) to `[m, n]` with rows `stride` elements apart, or adds it to
/// what is there, for a k of thousands.
///
/// The sums are taken in blocks: kernels for small matrices keep one running fp32 sum, which over thousands of terms loses
/// digits.
func multiplyInBlocks(
    transposedLeft left: MatrixView,
    _ right: MatrixView,
    into result: UnsafeMutablePointer<Float>,
    stride: Int,
    adding: Bool
) {
    for first in Swift.stride(from: 0, to: left.rows, by: longestSum) {
        let count = min(longestSum, left.rows - first)
        multiply(
            transposedLeft: MatrixView(
                left.base + first * left.stride,
                rows: count,
                columns: left.columns,
                stride: left.stride
            ),
            MatrixView(right.base + first * right.stride, rows: count, columns: right.columns, stride: right.stride),
            into: result,
            stride: stride,
            adding: adding || first > 0
        )
    }
}

private let longestSum = 1_024
