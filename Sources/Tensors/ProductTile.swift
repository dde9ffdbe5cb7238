import COpenBLAS

/// A tile of a product, computed by one call on one thread.
struct ProductTile {
    /// The rows of the left and the columns of the right side that belong to the tile.
    let left: ProductSide
    let right: ProductSide
    let result: UnsafeMutablePointer<Float>
    /// Elements from one row of the result to the next.
    let stride: Int
    /// Whether the product is added to what is there.
    let adds: Bool

    private var inner: Int { left.columns }

    /// The most terms that are summed at once: oneDNN keeps one running sum, which over thousands of terms loses a digit.
    private static let longestSum = 768
    /// oneDNN packs a transposed right side anew for every few rows; shorter sums and fewer rows are not worth packing it
    /// beforehand.
    private var isWorthPacking: Bool { right.isTransposed && inner >= 512 && left.rows >= 64 }

    /// Computes the tile by oneDNN; false where it has no such product, or memory is short.
    func computeCompiled() -> Bool {
        guard left.precision == .float32 else { return run(right, terms: 0..<inner) }
        let blocks = Self.blocks(inner)
        let columns = 0..<right.columns
        guard isWorthPacking else {
            return blocks.allSatisfy { run(right.part(rows: $0, columns: columns), terms: $0) }
        }
        return withUnsafeTemporaryAllocation(of: Float.self, capacity: Self.longestSum * columns.count) { packed in
            blocks.allSatisfy { run(right.part(rows: $0, columns: columns).packed(into: packed.start), terms: $0) }
        }
    }

    /// Blocks of about the same length, not longer than ``longestSum``, that begin at whole vectors.
    static func blocks(_ length: Int) -> [Range<Int>] {
        let (vector, count) = (16, (length + longestSum - 1) / longestSum)
        let vectors = (length + vector - 1) / vector
        return (0..<count).map { block in
            vectors * block / count * vector..<min(length, vectors * (block + 1) / count * vector)
        }
    }

    /// Sets the tile to the first terms of its sums, or adds further ones; `right` has their rows alone.
    private func run(_ right: ProductSide, terms: Range<Int>) -> Bool {
        let left = left.part(rows: 0..<left.rows, columns: terms)
        var shape = ProductShape()
        (shape.rows, shape.columns, shape.inner) = (left.rows, right.columns, terms.count)
        (shape.leftRow, shape.leftColumn) = (left.rowStep, left.columnStep)
        (shape.rightRow, shape.rightColumn) = (right.rowStep, right.columnStep)
        shape.resultRow = stride
        shape.precision = left.precision == .bfloat16 ? .bfloat16 : .float32
        shape.adds = adds || terms.lowerBound > 0
        let isDone = CompiledProducts.product(shape)?.run(left.address, right.address, into: result) ?? false
        precondition(isDone || terms.lowerBound == 0, "memory is too short to multiply matrices")
        return isDone
    }

    /// Computes the tile by OpenBLAS; both sides are fp32.
    func computeBLAS() {
        preread_openblas_stay_on_thread()
        cblas_sgemm(
            CblasRowMajor,
            left.transposition,
            right.transposition,
            Int32(left.rows),
            Int32(right.columns),
            Int32(inner),
            1,
            left.floats,
            Int32(left.stride),
            right.floats,
            Int32(right.stride),
            adds ? 1 : 0,
            result,
            Int32(stride)
        )
    }
}

/// Blocks of a sum of that many terms, none so long that one running fp32 sum loses a digit.
package func sumBlocks(_ terms: Int) -> [Range<Int>] { ProductTile.blocks(terms) }
