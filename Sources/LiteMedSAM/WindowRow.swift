import Tensors

/// One row of windows over a grid of tokens: what is moved into windows and back.
struct WindowRow {
    let shape: WindowAttention.Shape
    /// The edge of the grid in tokens.
    let grid: Int
    /// The first row of tokens.
    let top: Int

    /// The number of windows side by side.
    var windows: Int { (grid + shape.window - 1) / shape.window }
    /// Rows of tokens that are inside the grid.
    var rows: Int { min(shape.window, grid - top) }
    /// Queries per window: the rows of filling tokens below the grid are left out.
    var queries: Int { rows * shape.window }

    /// One head's part of one window: rows of tokens, columns of the head's channels.
    struct Head {
        let queries: MatrixView
        let keys: MatrixView
        let values: MatrixView
    }

    /// `[grid, grid, 3 · channels]` to `[windows, tokens, 3 · channels]`, tokens beyond the grid filled.
    func gather(_ projected: Tensor, filling: Tensor) -> Tensor {
        let width = 3 * shape.channels
        let window = shape.window
        return Tensor(shape: [windows, shape.tokens, width]) { target in
            projected.withUnsafeBufferPointer { source in
                filling.withUnsafeBufferPointer { filling in
                    for index in 0..<windows {
                        let columns = min(window, grid - index * window)
                        for row in 0..<window {
                            var next = target.address + (index * shape.tokens + row * window) * width
                            let inside = row < rows ? columns : 0
                            let first = source.address + ((top + row) * grid + index * window) * width
                            if inside > 0 { next.initialize(from: first, count: inside * width) }
                            next += inside * width
                            for _ in inside..<window {
                                next.initialize(from: filling.address, count: width)
                                next += width
                            }
                        }
                    }
                }
            }
        }
    }

    /// `[windows, queries, channels]` to their places in `[grid, grid, channels]`; filling tokens are dropped.
    func scatter(_ mixed: Tensor, into result: UnsafeMutableBufferPointer<Float>) {
        let channels = shape.channels
        let window = shape.window
        mixed.withUnsafeBufferPointer { source in
            for index in 0..<windows {
                let columns = min(window, grid - index * window)
                for row in 0..<rows {
                    let target = result.address + ((top + row) * grid + index * window) * channels
                    let first = source.address + (index * queries + row * window) * channels
                    target.initialize(from: first, count: columns * channels)
                }
            }
        }
    }

    /// Calls the body for each head of each window with its number, windows outermost.
    func forEachHead(of tokens: Tensor, _ body: (Int, Head) -> Void) {
        let depth = shape.depth
        let width = 3 * shape.channels
        tokens.withUnsafeBufferPointer { tokens in
            for index in 0..<windows * shape.heads {
                let (window, head) = (index / shape.heads, index % shape.heads)
                let first = tokens.address + window * shape.tokens * width + head * 3 * depth
                func part(_ number: Int, rows: Int) -> MatrixView {
                    MatrixView(first + number * depth, rows: rows, columns: depth, stride: width)
                }
                let keys = part(1, rows: shape.tokens)
                let values = part(2, rows: shape.tokens)
                body(index, Head(queries: part(0, rows: queries), keys: keys, values: values))
            }
        }
    }

    /// The bias `[heads, tokens, tokens]` of the queries that are left: `[heads, queries, tokens]`.
    func firstQueries(of bias: Tensor) -> Tensor {
        Tensor.joined(
            (0..<shape.heads).map { head in
                bias.slice(head..<head + 1).reshaped([shape.tokens, shape.tokens]).slice(0..<queries)
            }
        )
        .reshaped([shape.heads, queries, shape.tokens])
    }
}

extension UnsafeBufferPointer<Float> {
    /// The address of the first element.
    var address: UnsafePointer<Float> {
        guard let baseAddress else { preconditionFailure("a tensor's memory has an address") }
        return baseAddress
    }
}

extension UnsafeMutableBufferPointer<Float> {
    /// The address of the first element.
    var address: UnsafeMutablePointer<Float> {
        guard let baseAddress else { preconditionFailure("a tensor's memory has an address") }
        return baseAddress
    }
}
