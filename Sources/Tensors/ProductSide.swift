import COpenBLAS

/// One side of a product: a matrix in memory and whether it is transposed; in fp32, or rounded to bf16.
struct ProductSide {
    /// The matrix as it lies in memory, in fp32.
    let view: MatrixView
    let isTransposed: Bool
    /// The elements that are multiplied, and their size in bytes.
    private let elements: UnsafeRawPointer
    private let elementSize: Int
    /// Elements from one row in memory to the next.
    let stride: Int

    init(_ view: MatrixView, isTransposed: Bool = false) {
        self.view = view
        self.isTransposed = isTransposed
        elements = UnsafeRawPointer(view.base)
        elementSize = MemoryLayout<Float>.size
        stride = view.stride
    }

    private init(_ side: ProductSide, rounded: UnsafePointer<UInt16>, stride: Int) {
        view = side.view
        isTransposed = side.isTransposed
        elements = UnsafeRawPointer(rounded)
        elementSize = MemoryLayout<UInt16>.size
        self.stride = stride
    }

    /// Rows and columns of the side as it is multiplied.
    var rows: Int { isTransposed ? view.columns : view.rows }
    var columns: Int { isTransposed ? view.rows : view.columns }
    /// Elements from one row or column to the next, of the side as it is multiplied.
    var rowStep: Int { isTransposed ? 1 : stride }
    var columnStep: Int { isTransposed ? stride : 1 }
    var blas: CBLAS_TRANSPOSE { isTransposed ? CblasTrans : CblasNoTrans }

    /// The address of an element of the side as it is multiplied.
    func address(row: Int, column: Int) -> UnsafeRawPointer {
        elements + (row * rowStep + column * columnStep) * elementSize
    }

    /// The same in fp32.
    func floats(row: Int, column: Int) -> UnsafePointer<Float> {
        view.base + (isTransposed ? column * view.stride + row : row * view.stride + column)
    }

    /// Calls the body with the side in bf16: a copy that its tensor keeps, or one that lives as long as the call.
    func withRounded(_ body: (ProductSide) -> Void) {
        view.withRounded { body(ProductSide(self, rounded: $0, stride: $1)) }
    }
}
