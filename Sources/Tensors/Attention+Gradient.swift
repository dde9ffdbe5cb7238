import CKernels

// With weights P = softmax(scale · Q·Kᵀ) and mixed values O = P·V of one head:
// dV = Pᵀ·dO, dP = dO·Vᵀ, dS = scale · P∘(dP − rowsum(P∘dP)), dQ = dS·K, dK = dSᵀ·Q.

extension AttentionSides {
    /// The gradients of all sides from that of the mixed values, `[B, n, w]`.
    ///
    /// A thread works on a head; of a side that is shared the items are added one after the other.
    func gradients(_ gradient: Tensor, weights: Tensor) -> (queries: Tensor, keys: Tensor, values: Tensor) {
        var result = (Tensor(zeros: queries.shape), Tensor(zeros: keys.shape), Tensor(zeros: keys.shape))
        let isShared = queryStep == 0 || keyStep == 0
        let groups = isShared ? 1 : batch
        result.0.withMutablePointer { queryGradient in
            result.1.withMutablePointer { keyGradient in
                result.2.withMutablePointer { valueGradient in
                    ComputeThreads.overRows(groups * heads, elementsPerRow: batch / groups * count * length * 8) {
                        tasks in
                        for task in tasks {
                            let items = isShared ? 0..<batch : task / heads..<task / heads + 1
                            for item in items {
                                let targets = AttentionGradientTargets(
                                    queries: queryGradient + item * queryStep,
                                    keys: keyGradient + item * keyStep,
                                    values: valueGradient + item * keyStep,
                                    stride: width
                                )
                                passBack(gradient, weights, item: item, head: task % heads, to: targets)
                            }
                        }
                    }
                }
            }
        }
        return (result.0, result.1, result.2)
    }

    private func passBack(
        _ gradient: Tensor,
        _ weights: Tensor,
        item: Int,
        head: Int,
        to targets: AttentionGradientTargets
    ) {
        gradient.withPointer { gradient in
            weights.withPointer { weights in
                withViews(of: item) { views in
                    views.passBack(
                        head: head,
                        gradient: MatrixView(gradient + item * count * width, rows: count, columns: width),
                        weights: weights + (item * heads + head) * count * length,
                        to: targets
                    ) { scores in
                        kernel_softmax_gradient_rows(
                            scores,
                            weights + (item * heads + head) * count * length,
                            scores,
                            count,
                            length,
                            scale
                        )
                    }
                }
            }
        }
    }
}

/// Where the gradients of one item's queries, keys and values are added; rows are `stride` elements apart.
package struct AttentionGradientTargets {
    package let queries: UnsafeMutablePointer<Float>
    package let keys: UnsafeMutablePointer<Float>
    package let values: UnsafeMutablePointer<Float>
    package let stride: Int

    package init(
        queries: UnsafeMutablePointer<Float>,
        keys: UnsafeMutablePointer<Float>,
        values: UnsafeMutablePointer<Float>,
        stride: Int
    ) {
        self.queries = queries
        self.keys = keys
        self.values = values
        self.stride = stride
    }
}

extension AttentionViews {
    /// Adds the gradients of one head from that of its mixed values.
    ///
    /// The closure turns the gradient of the weights, `[n, m]`, into that of the products q·k, scale included; 16 more
    /// elements behind them may be read.
    package func passBack(
        head: Int,
        gradient: MatrixView,
        weights: UnsafePointer<Float>,
        to targets: AttentionGradientTargets,
        unweigh: (_ scores: UnsafeMutablePointer<Float>) -> Void
    ) {
        let (n, m, first, stride) = (queries.rows, keys.rows, head * depth, targets.stride)
        let mixed = self.head(head, of: gradient)
        withUnsafeTemporaryAllocation(of: Float.self, capacity: n * m + Self.roomBehind) { room in
            let scores = room.start
            multiply(mixed, transposed: self.head(head, of: values), into: scores, stride: m)
            unweigh(scores)
            for key in Swift.stride(from: 0, to: m, by: Self.keyBlock) {
                let count = min(Self.keyBlock, m - key)
                let keys = self.head(head, of: keys)
                multiply(
                    MatrixView(scores + key, rows: n, columns: count, stride: m),
                    MatrixView(keys.base + key * keys.stride, rows: count, columns: depth, stride: keys.stride),
                    into: targets.queries + first,
                    stride: stride,
                    adding: true
                )
            }
            let products = MatrixView(scores, rows: n, columns: m)
            let queries = self.head(head, of: queries)
            multiplyInBlocks(
                transposedLeft: products,
                queries,
                into: targets.keys + first,
                stride: stride,
                adding: true
            )
            let mixing = MatrixView(weights, rows: n, columns: m)
            multiplyInBlocks(transposedLeft: mixing, mixed, into: targets.values + first, stride: stride, adding: true)
        }
    }

    private static let roomBehind = 16
}
