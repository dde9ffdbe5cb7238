/// Scaled dot-product attention with several heads, without projections.
///
/// Queries are `[B, n, w]`, keys and values `[B, m, w]`; a side with batch 1 is shared by the whole batch. Head h is the
/// channels `h·w/heads ..< (h+1)·w/heads`. The logits are q·k / √(w/heads); the result is `[B, n, w]`.
public func attention(queries: Tensor, keys: Tensor, values: Tensor, heads: Int) -> Tensor {
    let (count, length, width) = (queries.shape[1], keys.shape[1], queries.lastAxis)
    let batch = max(queries.shape[0], keys.shape[0])
    precondition(keys.shape == values.shape && keys.lastAxis == width, "keys \(keys.shape), values \(values.shape)")
    precondition(width % heads == 0, "\(heads) heads of \(width) channels")
    precondition([queries, keys].allSatisfy { $0.shape[0] == batch || $0.shape[0] == 1 }, "batches do not fit")
    let queryStep = queries.shape[0] == 1 ? 0 : count * width
    let keyStep = keys.shape[0] == 1 ? 0 : length * width
    return Tensor(shape: [batch, count, width]) { result in
        withUnsafeTemporaryAllocation(of: Float.self, capacity: max(1, heads * count * length)) { scores in
            for item in 0..<batch {
                queries.withPointer { queries in
                    keys.withPointer { keys in
                        values.withPointer { values in
                            let views = AttentionViews(
                                queries: MatrixView(queries + item * queryStep, rows: count, columns: width),
                                keys: MatrixView(keys + item * keyStep, rows: length, columns: width),
                                values: MatrixView(values + item * keyStep, rows: length, columns: width),
                                heads: heads
                            )
                            views.attend(scores: scores.start, into: result.start + item * count * width)
                        }
                    }
                }
            }
        }
    }
}

/// Queries, keys and values of one item of a batch, all heads side by side, inside somebody's memory.
package struct AttentionViews {
    package let queries: MatrixView
    package let keys: MatrixView
    package let values: MatrixView
    package let heads: Int

    private var depth: Int { queries.columns / heads }

    package init(queries: MatrixView, keys: MatrixView, values: MatrixView, heads: Int) {
        self.queries = queries
        self.keys = keys
        self.values = values
        self.heads = heads
    }

    /// Writes the mixed values `[n, w]`; `scores` is room for `heads · n · m` elements.
    func attend(scores: UnsafeMutablePointer<Float>, into result: UnsafeMutablePointer<Float>) {
        multiplyScores(0..<heads, into: scores)
        softmax(
            scores,
            rows: heads * queries.rows,
            width: keys.rows,
            scale: 1 / Float(depth).squareRoot()
        )
        mixValues(0..<heads, scores: scores, into: result, stride: queries.columns)
    }

    /// Writes the products q·k of some heads, `[heads, n, m]`.
    package func multiplyScores(_ range: Range<Int>, into scores: UnsafeMutablePointer<Float>) {
        for head in range {
            multiply(
                self.head(head, of: queries),
                transposed: self.head(head, of: keys),
                into: scores + (head - range.lowerBound) * queries.rows * keys.rows,
                stride: keys.rows
            )
        }
    }

    /// Writes the values of some heads mixed by their scores `[heads, n, m]` to rows that stand `stride` apart.
    package func mixValues(
        _ range: Range<Int>,
        scores: UnsafePointer<Float>,
        into result: UnsafeMutablePointer<Float>,
        stride: Int
    ) {
        for head in range {
            let first = scores + (head - range.lowerBound) * queries.rows * keys.rows
            let values = self.head(head, of: self.values)
            for start in Swift.stride(from: 0, to: keys.rows, by: Self.keyBlock) {
                let count = min(Self.keyBlock, keys.rows - start)
                multiply(
                    MatrixView(first + start, rows: queries.rows, columns: count, stride: keys.rows),
                    MatrixView(values.base + start * values.stride, rows: count, columns: depth, stride: values.stride),
                    into: result + head * depth,
                    stride: stride,
                    adding: start > 0
                )
            }
        }
    }
    private static let keyBlock = 512

    /// One head's columns.
    package func head(_ head: Int, of view: MatrixView) -> MatrixView {
        MatrixView(view.base + head * depth, rows: view.rows, columns: depth, stride: view.stride)
    }
}
