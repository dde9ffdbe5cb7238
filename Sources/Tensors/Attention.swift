import CKernels

/// Scaled dot-product attention with several heads, without projections.
///
/// Queries are `[B, n, w]`, keys and values `[B, m, w]`; a side with batch 1 is shared by the whole batch. Head h is the
/// channels `h·w/heads ..< (h+1)·w/heads`. The logits are q·k / √(w/heads); the result is `[B, n, w]`. Gradients pass to
/// all three; a shared side gets the sum over the batch.
public func attention(queries: Tensor, keys: Tensor, values: Tensor, heads: Int) -> Tensor {
    let (count, length, width) = (queries.shape[1], keys.shape[1], queries.lastAxis)
    let batch = max(queries.shape[0], keys.shape[0])
    precondition(keys.shape == values.shape && keys.lastAxis == width, "keys \(keys.shape), values \(values.shape)")
    precondition(width % heads == 0, "\(heads) heads of \(width) channels")
    precondition([queries, keys].allSatisfy { $0.shape[0] == batch || $0.shape[0] == 1 }, "batches do not fit")
    let sides = AttentionSides(
        queries: queries.detached(),
        keys: keys.detached(),
        values: values.detached(),
        heads: heads
    )
    guard queries.isTracked || keys.isTracked || values.isTracked else { return sides.mixed(keeping: nil) }
    var mixed = Tensor(zeros: [])
    // [B, heads, n, m]: to keep them is cheaper than to compute them again.
    let weights = Tensor(shape: [batch, heads, count, length]) { mixed = sides.mixed(keeping: $0.start) }
    let wanted = (queries.isTracked, keys.isTracked, values.isTracked)
    return mixed.recording([queries, keys, values]) { gradient in
        let gradients = sides.gradients(gradient, weights: weights)
        return [
            wanted.0 ? gradients.queries : nil, wanted.1 ? gradients.keys : nil, wanted.2 ? gradients.values : nil,
        ]
    }
}

/// The operands of attention, without a history.
struct AttentionSides: Sendable {
    /// `[B or 1, n, w]`.
    let queries: Tensor
    /// `[B or 1, m, w]`.
    let keys: Tensor
    /// As ``keys``.
    let values: Tensor
    let heads: Int

    var batch: Int { max(queries.shape[0], keys.shape[0]) }
    var count: Int { queries.shape[1] }
    var length: Int { keys.shape[1] }
    var width: Int { queries.shape[2] }
    var scale: Float { 1 / Float(width / heads).squareRoot() }

    /// Mixed values `[B, n, w]`; the weights `[B, heads, n, m]` are written where there is room for them.
    func mixed(keeping kept: UnsafeMutablePointer<Float>?) -> Tensor {
        Tensor(shape: [batch, count, width]) { result in
            for item in 0..<batch {
                withViews(of: item) { views in
                    views.attend(
                        into: result.start + item * count * width,
                        keeping: kept.map { $0 + item * heads * count * length }
                    ) { _, scores in
                        kernel_softmax_rows(scores, count, length, scale)
                    }
                }
            }
        }
    }

    /// Gives access to one item of the batch.
    func withViews(of item: Int, _ body: (AttentionViews) -> Void) {
        queries.withPointer { queries in
            keys.withPointer { keys in
                values.withPointer { values in
                    let (first, firstKey) = (queries + item * queryStep, item * keyStep)
                    body(
                        AttentionViews(
                            queries: MatrixView(first, rows: count, columns: width),
                            keys: MatrixView(keys + firstKey, rows: length, columns: width),
                            values: MatrixView(values + firstKey, rows: length, columns: width),
                            heads: heads
                        )
                    )
                }
            }
        }
    }

    /// Elements from one item's queries to the next one's; 0 when they are shared.
    var queryStep: Int { queries.shape[0] == 1 ? 0 : count * width }
    /// The same of keys and values.
    var keyStep: Int { keys.shape[0] == 1 ? 0 : length * width }
}

/// Queries, keys and values of one item of a batch, all heads side by side, inside somebody's memory.
package struct AttentionViews {
    package let queries: MatrixView
    package let keys: MatrixView
    package let values: MatrixView
    package let heads: Int

    package var depth: Int { queries.columns / heads }

    package init(queries: MatrixView, keys: MatrixView, values: MatrixView, heads: Int) {
        self.queries = queries
        self.keys = keys
        self.values = values
        self.heads = heads
    }

    /// Writes the mixed values `[n, w]`, head by head; heads are divided between threads.
    ///
    /// The closure turns the products q·k of a head, `[n, m]`, into weights. They are written to `kept`,
    /// `[heads, n, m]`, where it is given.
    package func attend(
        into result: UnsafeMutablePointer<Float>,
        keeping kept: UnsafeMutablePointer<Float>? = nil,
        weigh: (_ head: Int, _ scores: UnsafeMutablePointer<Float>) -> Void
    ) {
        let (n, m) = (queries.rows, keys.rows)
        ComputeThreads.overRows(heads, elementsPerRow: n * m * 8) { range in
            withUnsafeTemporaryAllocation(of: Float.self, capacity: kept == nil ? n * m : 0) { room in
                for head in range {
                    let scores = kept.map { $0 + head * n * m } ?? room.start
                    multiply(
                        self.head(head, of: queries),
                        transposed: self.head(head, of: keys),
                        into: scores,
                        stride: m
                    )
                    weigh(head, scores)
                    mix(scores, self.head(head, of: values), into: result + head * depth)
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

    /// How many terms kernels for small matrices may sum one after the other.
    static let keyBlock = 512

    /// One head's columns.
    package func head(_ head: Int, of view: MatrixView) -> MatrixView {
        MatrixView(view.base + head * depth, rows: view.rows, columns: depth, stride: view.stride)
    }
}
