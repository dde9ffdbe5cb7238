import CKernels

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
        queries.withPointer { queries in
            keys.withPointer { keys in
                values.withPointer { values in
                    for item in 0..<batch {
                        let views = AttentionViews(
                            queries: MatrixView(queries + item * queryStep, rows: count, columns: width),
                            keys: MatrixView(keys + item * keyStep, rows: length, columns: width),
                            values: MatrixView(values + item * keyStep, rows: length, columns: width),
                            heads: heads
                        )
                        views.attend(into: result.start + item * count * width) { _, scores in
                            kernel_softmax_rows(scores, count, length, 1 / Float(width / heads).squareRoot())
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

    /// Writes the mixed values `[n, w]`, head by head; heads are divided between threads.
    ///
    /// The closure turns the products q·k of a head, `[n, m]`, into weights.
    package func attend(
        into result: UnsafeMutablePointer<Float>,
        weigh: (_ head: Int, _ scores: UnsafeMutablePointer<Float>) -> Void
    ) {
        let (n, m) = (queries.rows, keys.rows)
        ComputeThreads.overRows(heads, elementsPerRow: n * m * 8) { range in
            withUnsafeTemporaryAllocation(of: Float.self, capacity: max(1, n * m)) { scores in
                for head in range {
                    multiply(
                        self.head(head, of: queries),
                        transposed: self.head(head, of: keys),
                        into: scores.start,
                        stride: m
                    )
                    weigh(head, scores.start)
                    mix(scores.start, self.head(head, of: values), into: result + head * depth)
                }
            }
        }
    }

    /// Writes the values of one head mixed by their weights `[n, m]`.
    ///
    /// Long rows are summed in blocks: kernels for small matrices keep one running fp32 sum over all keys, which over
    /// thousands of them loses digits.
    private func mix(
        _ weights: UnsafePointer<Float>,
        _ values: MatrixView,
        into result: UnsafeMutablePointer<Float>
    ) {
        for first in stride(from: 0, to: keys.rows, by: Self.keyBlock) {
            let count = min(Self.keyBlock, keys.rows - first)
            multiply(
                MatrixView(weights + first, rows: queries.rows, columns: count, stride: keys.rows),
                MatrixView(values.base + first * values.stride, rows: count, columns: depth, stride: values.stride),
                into: result,
                stride: queries.columns,
                adding: first > 0
            )
        }
    }

    private static let keyBlock = 512

    /// One head's columns.
    package func head(_ head: Int, of view: MatrixView) -> MatrixView {
        MatrixView(view.base + head * depth, rows: view.rows, columns: depth, stride: view.stride)
    }
}
