/// A row-major matrix inside somebody's memory: `rows × columns` elements, rows `stride` elements apart.
package struct MatrixView {
    package let base: UnsafePointer<Float>
    package let rows: Int
    package let columns: Int
    package let stride: Int
    /// The tensor's memory that the matrix lies in and that keeps its elements rounded to bf16; nil where a product has to
    /// round them itself.
    private let keeper: TensorStorage?

    package init(_ base: UnsafePointer<Float>, rows: Int, columns: Int, stride: Int? = nil) {
        self.init(base, rows: rows, columns: columns, stride: stride ?? columns, keeper: nil)
    }

    /// Part of a tensor that may have its elements rounded already.
    init(_ base: UnsafePointer<Float>, rows: Int, columns: Int, of storage: TensorStorage) {
        self.init(base, rows: rows, columns: columns, stride: columns, keeper: storage.hasRounded ? storage : nil)
    }

    fileprivate init(_ base: UnsafePointer<Float>, rows: Int, columns: Int, stride: Int, keeper: TensorStorage?) {
        self.base = base
        self.rows = rows
        self.columns = columns
        self.stride = stride
        self.keeper = keeper
    }

    /// Some of the rows, of which a kept bf16 copy is kept as well.
    func rows(_ range: Range<Int>) -> MatrixView {
        precondition(range.lowerBound >= 0 && range.upperBound <= rows, "rows \(range) of \(rows)")
        return MatrixView(
            base + range.lowerBound * stride,
            rows: range.count,
            columns: columns,
            stride: stride,
            keeper: keeper
        )
    }

    /// Calls the body with the elements in bf16 and the number of them from one row to the next; valid during the call.
    func withRounded(_ body: (_ elements: UnsafePointer<UInt16>, _ stride: Int) -> Void) {
        if let keeper {
            let kept = keeper.rounded()
            withExtendedLifetime(kept) { body(kept.start + (base - keeper.start), stride) }
            return
        }
        let bytes = max(64, rows * columns * MemoryLayout<UInt16>.stride)
        let memory = TensorMemory.allocate(bytes: bytes)
        defer { TensorMemory.free(memory, bytes: bytes) }
        let rounded = memory.assumingMemoryBound(to: UInt16.self)
        round(into: rounded)
        body(rounded, columns)
    }
}

extension Tensor {
    /// Gives the tensor as a matrix `[rows, lastAxis]`, for the side of products that stays: a weight.
    ///
    /// The first product that takes it in bf16 rounds the elements; these, half of the tensor's memory again, are kept
    /// until the tensor is written to or goes.
    package func withMatrix<Result>(_ body: (MatrixView) throws -> Result) rethrows -> Result {
        try withStorage { storage in
            try body(
                MatrixView(storage.start, rows: rowCount, columns: lastAxis, stride: lastAxis, keeper: storage)
            )
        }
    }
}
