import CKernels
import Inference
import Tensors

/// The branch and its input when nothing is trained: a window is a task that goes through all steps, from the LayerNorm to
/// the sum, in memory that stays in the core's cache.
extension WindowAttention {
    /// The two products with prepared weights.
    struct Products {
        let queryKeyValue: RowProduct
        let project: RowProduct
    }

    /// nil where weights are not prepared.
    var products: Products? {
        guard let first = RowProduct(queryKeyValue), let last = RowProduct(project),
            first.precision == last.precision
        else { return nil }
        return Products(queryKeyValue: first, project: last)
    }

    /// x plus the branch: `[n, n, channels]`, shape kept.
    func closed(_ x: Tensor, _ products: Products) -> Tensor {
        let grid = x.shape[0]
        let side = (grid + shape.window - 1) / shape.window
        return Tensor(shape: x.shape) { result in
            let target = result.address
            x.withPointer { x in
                ComputeThreads.perform(side * side) { number in
                    let window = WindowTokens(shape, grid: grid, number: number)
                    let task = WindowTask(layer: self, products: products, window: window, x: x, result: target)
                    task.run()
                }
            }
        }
    }
}

/// Attention of one window.
private struct WindowTask {
    let layer: WindowAttention
    let products: WindowAttention.Products
    let window: WindowTokens
    let x: UnsafePointer<Float>
    let result: UnsafeMutablePointer<Float>

    private var shape: WindowAttention.Shape { layer.shape }
    private var count: Int { window.tokens.count }
    private var isRounded: Bool { products.queryKeyValue.precision != .float32 }

    func run() {
        let channels = shape.channels
        StagedRows.with(rows: count, length: channels, products.queryKeyValue.precision) { staged in
            StagedRows.with(rows: count, length: channels, .float32) { room in
                StagedRows.with(rows: count, length: 3 * channels, isRounded ? .bfloat16 : .float32) { projected in
                    project(staged, room.floats, into: projected)
                    mix(projected, into: room.floats)
                }
                staged.write(room.floats, count)
            }
            window.tokens.withUnsafeBufferPointer { places in
                let target = RowProduct.Target(result, places: places.baseAddress, residual: x)
                products.project(staged, count: count, into: target)
            }
        }
    }

    /// Normalises the window's rows of tokens and projects them.
    private func project(_ staged: StagedRows, _ room: UnsafeMutablePointer<Float>, into projected: StagedRows) {
        for row in 0..<window.rows {
            let first = x + Int(window.tokens[row * window.columns]) * shape.channels
            staged.write(normalising: first, window.columns, at: row * window.columns, by: layer.norm, room: room)
        }
        products.queryKeyValue(
            staged,
            count: count,
            into: isRounded ? .init(rounded: projected.halves) : .init(projected.floats)
        )
    }

    /// Mixes the values of every head: `[count, channels]`.
    private func mix(_ projected: StagedRows, into mixed: UnsafeMutablePointer<Float>) {
        let (depth, slots, channels) = (shape.depth, shape.slots, shape.channels)
        AttentionRoom.with(
            queries: count,
            slots: slots,
            depth: depth,
            precision: isRounded ? .bfloat16 : .float32
        ) { room in
            layer.bias.withPointer { bias in
                for head in 0..<shape.heads {
                    gather(head, projected, into: room)
                    room.computeScores()
                    weigh(room, bias + head * shape.tokens * slots)
                    room.mix()
                    let target = mixed + head * depth
                    kernel_scatter_scaled_rows(
                        room.mixed,
                        count,
                        depth,
                        room.factors,
                        target,
                        channels,
                        window.order
                    )
                }
            }
        }
    }

    private func gather(_ head: Int, _ projected: StagedRows, into room: AttentionRoom) {
        let (depth, stride) = (shape.depth, 3 * shape.channels)
        guard isRounded else {
            return layer.filling.withPointer { filling in
                func rows(_ part: Int, _ places: [Int32]) -> AttentionRoom.Rows {
                    let offset = (3 * head + part) * depth
                    return .init(projected.floats + offset, stride: stride, filling: filling + offset, places: places)
                }
                room.gather(queries: rows(0, window.order))
                room.gather(keys: rows(1, window.keys))
                room.gather(values: rows(2, window.keys))
            }
        }
        layer.roundedFilling.withUnsafeBufferPointer { filling in
            guard let filling = filling.baseAddress else { return }
            func rows(_ part: Int, _ places: [Int32]) -> AttentionRoom.RoundedRows {
                let offset = (3 * head + part) * depth
                return .init(projected.halves + offset, stride: stride, filling: filling + offset, places: places)
            }
            room.gather(queries: rows(0, window.order), keys: rows(1, window.keys), values: rows(2, window.keys))
        }
    }

    /// Turns scores into weights, one row of the window after the other: the table of biases has a row for each token of
    /// a window that is whole.
    private func weigh(_ room: AttentionRoom, _ table: UnsafePointer<Float>) {
        let slots = shape.slots
        for row in 0..<window.rows {
            let first = row * window.columns
            kernel_biased_softmax(
                room.scores + first * slots,
                slots,
                room.rounded.map { $0 + first * slots },
                window.columns,
                layer.scale,
                table + row * shape.window * slots,
                room.factors + first
            )
        }
    }
}

/// The real tokens of one window.
private struct WindowTokens {
    /// Where they lie on the grid, row by row.
    let tokens: [Int32]
    /// Rows and columns of the window that are inside the grid.
    let rows: Int
    let columns: Int
    /// For each slot of a row of scores the number of its key among the tokens: −1 for a filling one, −2 for none.
    let keys: [Int32]
    /// 0, 1, 2, …
    let order: [Int32]

    init(_ shape: WindowAttention.Shape, grid: Int, number: Int) {
        let window = shape.window
        let side = (grid + window - 1) / window
        let (top, left) = (number / side * window, number % side * window)
        let (rows, columns) = (min(window, grid - top), min(window, grid - left))
        (self.rows, self.columns) = (rows, columns)
        tokens = (0..<rows * columns).map { Int32((top + $0 / columns) * grid + left + $0 % columns) }
        order = (0..<Int32(rows * columns)).map { $0 }
        keys = (0..<shape.slots).map { slot in
            let (row, column) = (slot / window, slot % window)
            guard slot < shape.tokens else { return -2 }
            return row < rows && column < columns ? Int32(row * columns + column) : -1
        }
    }
}
