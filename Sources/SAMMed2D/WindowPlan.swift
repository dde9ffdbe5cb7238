/// How a square grid of tokens is cut into windows.
///
/// The grid is padded at the bottom and right to whole windows; windows and tokens go row by row. Padding tokens serve
/// as keys and values; as queries they would be thrown away, so they are left out.
struct WindowPlan: Sendable {
    /// One window.
    struct Window: Sendable {
        /// Rows of real tokens in the window, as ranges of the grid's tokens; each starts a row of the window.
        let rows: [Range<Int>]

        /// The number of real tokens.
        var count: Int { rows.reduce(0) { $0 + $1.count } }

        /// Whether a position, counted row by row through the padded window, holds a token.
        func isReal(_ position: Int, edge: Int) -> Bool {
            position / edge < rows.count && position % edge < rows[position / edge].count
        }
    }

    /// The edge of a window in tokens.
    let edge: Int
    let windows: [Window]

    /// Cuts a `grid × grid` map in windows of `edge × edge`.
    init(grid: Int, edge: Int) {
        self.edge = edge
        let starts = stride(from: 0, to: grid, by: edge)
        windows = starts.flatMap { top in
            starts.map { left in
                let columns = left..<min(left + edge, grid)
                return Window(
                    rows: (top..<min(top + edge, grid)).map {
                        $0 * grid + columns.lowerBound..<$0 * grid + columns.upperBound
                    }
                )
            }
        }
    }

    /// Where a query's row of relative terms `[2·edge − 1 for rows, then as many for columns]`, reversed, begins for keys
    /// at row 0 and column 0: one pair for each real token of the window.
    func termStarts(_ window: Window) -> (high: [Int32], wide: [Int32]) {
        var (high, wide): ([Int32], [Int32]) = ([], [])
        for (y, row) in window.rows.enumerated() {
            for x in 0..<row.count {
                high.append(Int32(edge - 1 - y))
                wide.append(Int32(2 * edge - 1 + edge - 1 - x))
            }
        }
        return (high, wide)
    }
}
