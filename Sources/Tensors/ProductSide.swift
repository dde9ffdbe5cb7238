import CKernels
import COpenBLAS

/// One side of a product, or a part of it: elements in memory, and how rows and columns of the side as it is multiplied
/// lie there.
struct ProductSide {
    private let elements: UnsafeRawPointer
    /// What the elements are: fp32 or bf16.
    let precision: ProductPrecision
    /// Rows and columns of the side as it is multiplied.
    let rows: Int
    let columns: Int
    /// Elements from one row in memory to the next.
    let stride: Int
    /// Whether a row in memory is a column of the side.
    let isTransposed: Bool

    /// A side in fp32.
    init(_ view: MatrixView, isTransposed: Bool) {
        self.init(view.base, .float32, of: view, stride: view.stride, isTransposed: isTransposed)
    }

    /// A side whose elements were rounded to bf16.
    init(_ rounded: UnsafePointer<UInt16>, of view: MatrixView, stride: Int, isTransposed: Bool) {
        self.init(rounded, .bfloat16, of: view, stride: stride, isTransposed: isTransposed)
    }

    private init(
        _ elements: UnsafeRawPointer,
        _ precision: ProductPrecision,
        of view: MatrixView,
        stride: Int,
        isTransposed: Bool
    ) {
        self.elements = elements
        self.precision = precision
        rows = isTransposed ? view.columns : view.rows
        columns = isTransposed ? view.rows : view.columns
        self.stride = stride
        self.isTransposed = isTransposed
    }

    private init(_ elements: UnsafeRawPointer, rows: Int, columns: Int, partOf side: ProductSide) {
        self.elements = elements
        precision = side.precision
        self.rows = rows
        self.columns = columns
        stride = side.stride
        isTransposed = side.isTransposed
    }

    /// Elements from one row or column to the next, of the side as it is multiplied.
    var rowStep: Int { isTransposed ? 1 : stride }
    var columnStep: Int { isTransposed ? stride : 1 }
    /// How BLAS calls it.
    var transposition: CBLAS_TRANSPOSE { isTransposed ? CblasTrans : CblasNoTrans }
    /// The first element.
    var address: UnsafeRawPointer { elements }
    /// The first element of a side in fp32.
    var floats: UnsafePointer<Float> { elements.assumingMemoryBound(to: Float.self) }

    /// Some of the rows and columns.
    func part(rows: Range<Int>, columns: Range<Int>) -> ProductSide {
        let size = precision == .bfloat16 ? MemoryLayout<UInt16>.size : MemoryLayout<Float>.size
        let offset = (rows.lowerBound * rowStep + columns.lowerBound * columnStep) * size
        return ProductSide(elements + offset, rows: rows.count, columns: columns.count, partOf: self)
    }

    /// A transposed side in fp32, written row by row to memory for `rows · columns` elements.
    func packed(into memory: UnsafeMutablePointer<Float>) -> ProductSide {
        kernel_pack_transposed(floats, stride, memory, columns, columns, rows)
        return ProductSide(MatrixView(memory, rows: rows, columns: columns), isTransposed: false)
    }
}
