import Tensors

/// A product with its operands, and what it must give.
struct ProductProblem {
    /// What stands between the rows of the result.
    static let untouched: Float = -77

    let kind: ProductKind
    let rows: Int
    let columns: Int
    let inner: Int
    let adds: Bool
    /// The sides as they lie in memory, and elements from row to row.
    private let left: (values: [Float], stride: Int)
    private let right: (values: [Float], stride: Int)
    private let stride: Int
    /// The result's memory before the product.
    let before: [Float]

    /// `sizes` are rows, columns and the length of the sums; rows of all three matrices stand `padding` elements further
    /// apart than they need.
    init(_ kind: ProductKind, _ sizes: [Int], padding: Int, adds: Bool) {
        (self.kind, self.adds) = (kind, adds)
        (rows, columns, inner) = (sizes[0], sizes[1], sizes[2])
        let leftShape = kind == .left ? [inner, rows] : [rows, inner]
        let rightShape = kind == .right ? [columns, inner] : [inner, columns]
        left = (noise([leftShape[0], leftShape[1] + padding]).values, leftShape[1] + padding)
        right = (noise([rightShape[0], rightShape[1] + padding], seed: 2).values, rightShape[1] + padding)
        stride = columns + padding
        let (columns, stride) = (columns, stride)
        before = noise([rows, stride], seed: 3).values.enumerated().map { index, value in
            index % stride < columns ? value : Self.untouched
        }
    }

    /// The result's memory after the product.
    func compute() -> [Float] {
        var result = before
        left.values.withUnsafeBufferPointer { leftValues in
            right.values.withUnsafeBufferPointer { rightValues in
                result.withUnsafeMutableBufferPointer { result in
                    // Arrays without elements have no address.
                    withUnsafeTemporaryAllocation(of: Float.self, capacity: 1) { nothing in
                        guard let target = result.baseAddress, let empty = UnsafePointer(nothing.baseAddress) else {
                            return
                        }
                        multiply(leftValues.baseAddress ?? empty, rightValues.baseAddress ?? empty, into: target)
                    }
                }
            }
        }
        return result
    }

    private func multiply(
        _ left: UnsafePointer<Float>,
        _ right: UnsafePointer<Float>,
        into result: UnsafeMutablePointer<Float>
    ) {
        let (leftStride, rightStride) = (self.left.stride, self.right.stride)
        switch kind {
        case .neither:
            Tensors.multiply(
                MatrixView(left, rows: rows, columns: inner, stride: leftStride),
                MatrixView(right, rows: inner, columns: columns, stride: rightStride),
                into: result,
                stride: stride,
                adding: adds
            )
        case .left:
            Tensors.multiply(
                transposedLeft: MatrixView(left, rows: inner, columns: rows, stride: leftStride),
                MatrixView(right, rows: inner, columns: columns, stride: rightStride),
                into: result,
                stride: stride,
                adding: adds
            )
        case .right:
            Tensors.multiply(
                MatrixView(left, rows: rows, columns: inner, stride: leftStride),
                transposed: MatrixView(right, rows: columns, columns: inner, stride: rightStride),
                into: result,
                stride: stride,
                adding: adds
            )
        }
    }

    /// The largest error in units of what rounding allows: below 1 is right.
    ///
    /// fp32 sums of n terms err by less than √n · 2⁻²⁴ of the sum of the terms' sizes, with a wide margin; a factor rounded
    /// to bf16 errs by 2⁻⁹ of itself, and such errors add up like a random walk.
    func largestError(of result: [Float], precision: ProductPrecision) -> Double {
        let isRounded = precision == .bfloat16 && ProductPrecision.isBFloat16Fast
        let (leftSteps, rightSteps) = (
            kind == .left ? (1, left.stride) : (left.stride, 1), kind == .right ? (1, right.stride) : (right.stride, 1)
        )
        var largest = 0.0
        for row in 0..<rows {
            for column in 0..<columns {
                var exact = adds ? Double(before[row * stride + column]) : 0
                var (size, squares) = (abs(exact), 0.0)
                for k in 0..<inner {
                    let term =
                        Double(left.values[row * leftSteps.0 + k * leftSteps.1])
                        * Double(right.values[k * rightSteps.0 + column * rightSteps.1])
                    exact += term
                    size += abs(term)
                    squares += term * term
                }
                let allowed =
                    0x1p-24 * (1 + Double(inner).squareRoot()) * size + (isRounded ? 0x1p-6 * squares.squareRoot() : 0)
                let error = abs(Double(result[row * stride + column]) - exact)
                largest = max(largest, error == 0 ? 0 : error / allowed)
            }
        }
        return largest
    }

    /// What stands between the rows of a result.
    func gaps(of result: [Float]) -> [Float] {
        result.indices.filter { $0 % stride >= columns }.map { result[$0] }
    }
}
