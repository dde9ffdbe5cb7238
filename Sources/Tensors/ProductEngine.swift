import COneDNN
import COpenBLAS

/// A product about to be computed: by which library, in which precision, in which tiles.
///
/// All of this depends on the sizes, the transposition, the CPU and the precision asked for; never on the number of
/// threads.
struct MatrixProduct {
    let left: ProductSide
    let right: ProductSide
    /// Whether the product is added to what is there.
    let adds: Bool

    private var rows: Int { left.rows }
    private var columns: Int { right.columns }
    private var inner: Int { left.columns }
    private var work: Int { rows * columns * inner }

    /// Computes it on as many threads as it is worth.
    func compute(into result: UnsafeMutablePointer<Float>, stride: Int) {
        guard rows > 0, columns > 0 else { return }
        let target = Target(base: result, stride: stride)
        guard isWorthRounding, ProductPrecision.current == .bfloat16, ProductPrecision.isBFloat16Fast else {
            let isCompiled = isWorthCompiling
            inTiles { tile in
                guard isCompiled, runCompiled(left, right, .float32, tile, target) else {
                    runBLAS(tile, target)
                    return
                }
            }
            return
        }
        left.withRounded { left in
            right.withRounded { right in
                inTiles { tile in
                    guard runCompiled(left, right, .bfloat16, tile, target) else {
                        runBLAS(tile, target)
                        return
                    }
                }
            }
        }
    }

    /// Where the result goes: the first element, and elements from one row to the next.
    private struct Target {
        let base: UnsafeMutablePointer<Float>
        let stride: Int

        /// The first element of a tile.
        func address(_ tile: Tile) -> UnsafeMutablePointer<Float> {
            base + tile.rows.lowerBound * stride + tile.columns.lowerBound
        }
    }

    private typealias Tile = (rows: Range<Int>, columns: Range<Int>)

    private func inTiles(_ body: (Tile) -> Void) {
        let cut = ProductCut(
            rows: rows,
            columns: columns,
            inner: inner,
            isLeftTransposed: left.isTransposed,
            isRightTransposed: right.isTransposed
        )
        ComputeThreads.perform(cut.count) { body(cut[$0]) }
    }

    // MARK: Choice

    /// Whether oneDNN is quicker than OpenBLAS, which has less to prepare for a call but worse kernels for AVX-512, above
    /// all for few rows. It packs a transposed left side, which short sums do not repay.
    private var isWorthCompiling: Bool {
        Self.hasCompiledKernels && work >= 131_072 && !(left.isTransposed && inner < 32)
    }

    /// Whether bf16 saves more time than the conversion of both sides costs.
    private var isWorthRounding: Bool { work >= 2_097_152 && rows * columns >= 32 * (rows + columns) }

    private static let hasCompiledKernels = preread_cpu_has_avx512_core()

    // MARK: Libraries

    /// Computes a tile by oneDNN; false where it has no such product, or memory is short.
    private func runCompiled(
        _ left: ProductSide,
        _ right: ProductSide,
        _ precision: ProductPrecision,
        _ tile: Tile,
        _ target: Target
    ) -> Bool {
        let block = precision == .float32 ? sumBlock : inner
        for first in Swift.stride(from: 0, to: inner, by: block) {
            let shape = ProductShape(
                rows: tile.rows.count,
                columns: tile.columns.count,
                inner: min(block, inner - first),
                leftRow: left.rowStep,
                leftColumn: left.columnStep,
                rightRow: right.rowStep,
                rightColumn: right.columnStep,
                resultRow: target.stride,
                precision: precision,
                adds: adds || first > 0
            )
            let isDone =
                CompiledProducts.product(shape)?.run(
                    left.address(row: tile.rows.lowerBound, column: first),
                    right.address(row: first, column: tile.columns.lowerBound),
                    into: target.address(tile)
                ) ?? false
            guard isDone else {
                precondition(first == 0, "memory is too short to multiply matrices")
                return false
            }
        }
        return true
    }

    /// The terms that oneDNN sums at once. It keeps one running sum, which over thousands of terms loses a digit; cutting
    /// it costs nothing but for a transposed right side, which is packed anew for each block.
    private var sumBlock: Int { inner >= (right.isTransposed ? 4_096 : 1_024) ? 512 : inner }

    /// Computes a tile by OpenBLAS, in fp32.
    private func runBLAS(_ tile: Tile, _ target: Target) {
        preread_openblas_stay_on_thread()
        cblas_sgemm(
            CblasRowMajor,
            left.blas,
            right.blas,
            Int32(tile.rows.count),
            Int32(tile.columns.count),
            Int32(inner),
            1,
            left.floats(row: tile.rows.lowerBound, column: 0),
            Int32(left.view.stride),
            right.floats(row: 0, column: tile.columns.lowerBound),
            Int32(right.view.stride),
            adds ? 1 : 0,
            target.address(tile),
            Int32(target.stride)
        )
    }
}
