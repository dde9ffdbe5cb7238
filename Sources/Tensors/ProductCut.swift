/// How a product is cut into tiles that threads take: along rows and columns, never along the sum.
///
/// The cut depends on the sizes and the transposition alone, so every sum is made in the same order for any number of
/// threads.
struct ProductCut {
    private let rows: Axis
    private let columns: Axis

    /// The number of tiles.
    var count: Int { rows.pieces * columns.pieces }

    /// Cuts a product of these sizes.
    ///
    /// Each tile loads or packs its share of both sides anew, and a transposed side costs more of it; of the grids with
    /// enough tiles the one with the least such work is taken.
    init(rows: Int, columns: Int, inner: Int, isLeftTransposed: Bool, isRightTransposed: Bool) {
        var wanted = Self.tiles(work: rows * columns * inner)
        let (mostRows, mostColumns) = (max(1, rows / Self.fewestRows), max(1, columns / Self.fewestColumns))
        while wanted > 1, wanted > mostRows * mostColumns { wanted /= 2 }
        var (best, least) = ((1, 1), Int.max)
        var rowPieces = 1
        while rowPieces <= wanted {
            let columnPieces = wanted / rowPieces
            let packed =
                columnPieces * rows * (isLeftTransposed ? 2 : 1) + rowPieces * columns * (isRightTransposed ? 4 : 1)
            if rowPieces <= mostRows, columnPieces <= mostColumns, packed < least {
                (best, least) = ((rowPieces, columnPieces), packed)
            }
            rowPieces *= 2
        }
        self.rows = Axis(length: rows, pieces: best.0)
        self.columns = Axis(length: columns, pieces: best.1)
    }

    /// Rows and columns of a tile.
    subscript(tile: Int) -> (rows: Range<Int>, columns: Range<Int>) {
        (rows[tile / columns.pieces], columns[tile % columns.pieces])
    }

    /// A power of two: so many that threads end together, so few that each still fills the caches.
    private static func tiles(work: Int) -> Int {
        var tiles = 1
        while tiles < 8, work / (2 * tiles) >= 8_388_608 { tiles *= 2 }
        while tiles < 32, work / (2 * tiles) >= 100_000_000 { tiles *= 2 }
        return tiles
    }

    /// Smaller tiles are slower than the other threads are worth.
    private static let (fewestRows, fewestColumns) = (32, 48)

    private struct Axis {
        let length: Int
        let pieces: Int

        /// Pieces begin at whole vectors, but for the last they end there, too.
        subscript(piece: Int) -> Range<Int> {
            let vectors = (length + Self.vector - 1) / Self.vector
            return vectors * piece / pieces * Self.vector..<min(length, vectors * (piece + 1) / pieces * Self.vector)
        }

        private static let vector = 16
    }
}
