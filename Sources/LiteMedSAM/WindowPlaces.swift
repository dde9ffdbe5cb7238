/// Where the tokens of one window lie on the grid.
struct WindowPlaces {
    /// For each query its token, −1 for a filling one: all tokens of the window's rows that are inside the grid.
    let queries: [Int32]
    /// For each slot of a row of scores the token of its key: −1 for a filling one, −2 for none.
    let keys: [Int32]

    /// The window of that number, row by row, on a grid of that edge.
    init(_ shape: WindowAttention.Shape, grid: Int, number: Int) {
        let window = shape.window
        let side = (grid + window - 1) / window
        let (top, left) = (number / side * window, number % side * window)
        var places = (0..<shape.tokens).map { token -> Int32 in
            let (row, column) = (top + token / window, left + token % window)
            return row < grid && column < grid ? Int32(row * grid + column) : -1
        }
        queries = Array(places.prefix(min(window, grid - top) * window))
        places += [Int32](repeating: -2, count: shape.slots - places.count)
        keys = places
    }
}
