import CKernels

/// Scaled dot-product attention with several heads, without projections.
///
/// Queries are `[B, n, w]`, keys and values `[B, m, w]` (or `[1, m, w]`, shared by the whole batch); head h is the
/// channels `h·w/heads ..< (h+1)·w/heads`. The logits are q·k / √(w/heads); the result is `[B, n, w]`.
public func attention(queries: Tensor, keys: Tensor, values: Tensor, heads: Int) -> Tensor {
    let (batch, count, width) = (queries.shape[0], queries.shape[1], queries.lastAxis)
    precondition(keys.shape == values.shape && keys.lastAxis == width, "keys \(keys.shape), values \(values.shape)")
    precondition(width % heads == 0, "\(heads) heads of \(width) channels")
    precondition(keys.shape[0] == batch || keys.shape[0] == 1, "\(keys.shape[0]) key sets for \(batch) prompts")
    let depth = width / heads
    let length = keys.shape[1]
    let scale = 1 / Float(depth).squareRoot()
    let keyStep = keys.shape[0] == 1 ? 0 : length * width
    return Tensor(shape: [batch, count, width]) { result in
        withUnsafeTemporaryAllocation(of: Float.self, capacity: max(1, heads * count * length)) { scores in
            for item in 0..<batch {
                queries.withPointer { q in
                    keys.withPointer { k in
                        for head in 0..<heads {
                            let (q, k) = (q + item * count * width + head * depth, k + item * keyStep + head * depth)
                            multiply(
                                MatrixView(q, rows: count, columns: depth, stride: width),
                                transposed: MatrixView(k, rows: length, columns: depth, stride: width),
                                into: scores.start + head * count * length,
                                stride: length
                            )
                        }
                    }
                }
                softmax(scores.start, rows: heads * count, width: length, scale: scale)
                values.withPointer { v in
                    for head in 0..<heads {
                        multiply(
                            MatrixView(scores.start + head * count * length, rows: count, columns: length),
                            MatrixView(
                                v + item * keyStep + head * depth,
                                rows: length,
                                columns: depth,
                                stride: width
                            ),
                            into: result.start + item * count * width + head * depth,
                            stride: width
                        )
                    }
                }
            }
        }
    }
}
