import Inference
import Tensors

/// A block when nothing is trained: windows are tasks, and then groups of rows are, each of which goes through the
/// convolution and the feed-forward branch on one thread.
extension TransformerBlock {
    /// nil where weights are not prepared.
    func inferred(_ x: Tensor) -> Tensor? {
        guard !x.isTracked, let projections = attention.products, let layers = feedForward.products else { return nil }
        let y = attention.closed(x, projections)
        let (grid, rowLength) = (x.shape[0], x.shape[1] * x.shape[2])
        let group = max(1, Self.tokensOfTask / x.shape[1])
        return Tensor(shape: x.shape) { result in
            let target = result.address
            y.withPointer { y in
                ComputeThreads.perform((grid + group - 1) / group) { task in
                    let rows = task * group..<min(grid, (task + 1) * group)
                    StagedRows.with(rows: rows.count * x.shape[1], length: x.shape[2], .float32) { spread in
                        localConvolution.convolve(y, rows: grid, columns: x.shape[1], only: rows, into: spread.floats)
                        let place = target + rows.lowerBound * rowLength
                        feedForward.close(spread.floats, rows.count * x.shape[1], layers, into: place)
                    }
                }
            }
        }
    }

    /// Tokens of a task: what it makes of them stays in a core's own cache.
    private static var tokensOfTask: Int { 128 }
}

extension FeedForward {
    /// The two products with prepared weights.
    struct Products {
        let widen: RowProduct
        let narrow: RowProduct
    }

    /// nil where weights are not prepared.
    var products: Products? {
        guard let first = RowProduct(widen), let last = RowProduct(narrow), first.precision == last.precision else {
            return nil
        }
        return Products(widen: first, narrow: last)
    }

    /// Writes x plus the branch for `count` tokens, on the calling thread.
    func close(
        _ x: UnsafePointer<Float>,
        _ count: Int,
        _ products: Products,
        into result: UnsafeMutablePointer<Float>
    ) {
        let precision = products.widen.precision
        let (channels, hidden) = (products.widen.inputs, products.widen.outputs)
        StagedRows.with(rows: count, length: hidden, precision) { widened in
            StagedRows.with(rows: count, length: channels, precision) { staged in
                // Bytes get their scales from whole rows.
                StagedRows.with(rows: count, length: precision == .integer8 ? hidden : 1, .float32) { room in
                    staged.write(normalising: x, count, by: norm, room: room.floats)
                    switch precision {
                    case .float32: products.widen(staged, count: count, activation: .gelu, into: .init(widened.floats))
                    case .bfloat16:
                        products.widen(staged, count: count, activation: .gelu, into: .init(rounded: widened.halves))
                    case .integer8:
                        products.widen(staged, count: count, activation: .gelu, into: .init(room.floats))
                        widened.write(room.floats, count)
                    }
                }
            }
            products.narrow(widened, count: count, into: .init(result, residual: x))
        }
    }
}
