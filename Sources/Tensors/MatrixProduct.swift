import COneDNN

/// A product about to be computed: by which library, in which precision, in which tiles.
///
/// All of this depends on the sizes, the transposition, the CPU and the precision asked for; never on the number of
/// threads.
struct MatrixProduct {
    private let left: (view: MatrixView, isTransposed: Bool)
    private let right: (view: MatrixView, isTransposed: Bool)
    private let result: UnsafeMutablePointer<Float>
    private let stride: Int
    private let adds: Bool

    private let (rows, columns, inner): (Int, Int, Int)

    /// The product of two sides; `stride` is that of the result, to which it is added where `adds` says so.
    init(
        _ left: (view: MatrixView, isTransposed: Bool),
        _ right: (view: MatrixView, isTransposed: Bool),
        into result: UnsafeMutablePointer<Float>,
        stride: Int,
        adds: Bool
    ) {
        let terms = right.isTransposed ? right.view.columns : right.view.rows
        rows = left.isTransposed ? left.view.columns : left.view.rows
        columns = right.isTransposed ? right.view.rows : right.view.columns
        inner = left.isTransposed ? left.view.rows : left.view.columns
        precondition(inner == terms, "sums of \(inner) and of \(terms) terms")
        (self.left, self.right, self.result, self.stride, self.adds) = (left, right, result, stride, adds)
    }

    /// Computes it on as many threads as it is worth.
    func compute() {
        guard rows > 0, columns > 0 else { return }
        let isCompiled = isWorthCompiling
        let exact = (
            ProductSide(left.view, isTransposed: left.isTransposed),
            ProductSide(right.view, isTransposed: right.isTransposed)
        )
        guard isWorthRounding, ProductPrecision.current == .bfloat16, ProductPrecision.isBFloat16Fast else {
            inTiles { rows, columns in
                let tile = tile(exact, rows, columns)
                if !(isCompiled && tile.computeCompiled()) { tile.computeBLAS() }
            }
            return
        }
        withRoundedSides { rounded in
            inTiles { rows, columns in
                if !tile(rounded, rows, columns).computeCompiled() { tile(exact, rows, columns).computeBLAS() }
            }
        }
    }

    // MARK: Choice

    private var work: Int { rows * columns * inner }

    /// Whether oneDNN is quicker than OpenBLAS, which has less to prepare for a call but worse kernels for AVX-512, above
    /// all for few rows. oneDNN packs a transposed left side, which short sums do not repay.
    private var isWorthCompiling: Bool {
        Self.hasCompiledKernels && work >= 131_072 && !(left.isTransposed && inner < 32)
    }

    /// Whether bf16 saves more time than the conversion of both sides costs.
    private var isWorthRounding: Bool { work >= 2_097_152 && rows * columns >= 32 * (rows + columns) }

    private static let hasCompiledKernels = preread_cpu_has_avx512_core()

    // MARK: Parts

    private func withRoundedSides(_ body: ((ProductSide, ProductSide)) -> Void) {
        left.view.withRounded { leftElements, leftStride in
            right.view.withRounded { rightElements, rightStride in
                body(
                    (
                        ProductSide(leftElements, of: left.view, stride: leftStride, isTransposed: left.isTransposed),
                        ProductSide(
                            rightElements,
                            of: right.view,
                            stride: rightStride,
                            isTransposed: right.isTransposed
                        )
                    )
                )
            }
        }
    }

    private func inTiles(_ body: (_ rows: Range<Int>, _ columns: Range<Int>) -> Void) {
        let cut = ProductCut(
            rows: rows,
            columns: columns,
            inner: inner,
            isLeftTransposed: left.isTransposed,
            isRightTransposed: right.isTransposed
        )
        ComputeThreads.perform(cut.count) { tile in body(cut[tile].rows, cut[tile].columns) }
    }

    private func tile(_ sides: (ProductSide, ProductSide), _ rows: Range<Int>, _ columns: Range<Int>) -> ProductTile {
        ProductTile(
            left: sides.0.part(rows: rows, columns: 0..<inner),
            right: sides.1.part(rows: 0..<inner, columns: columns),
            result: result + rows.lowerBound * stride + columns.lowerBound,
            stride: stride,
            adds: adds
        )
    }
}
