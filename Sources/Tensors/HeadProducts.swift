/// The weights of a projection into or out of several heads, by which vectors of one head are carried to a wider space.
///
/// `[w, C]`, where head h has the rows `h·w/heads ..< (h+1)·w/heads`, or, transposed, `[C, w]` with as many columns.
public struct HeadWeights: Sendable {
    let matrix: Tensor
    let isTransposed: Bool
    let heads: Int

    /// Takes `[w, C]`, or `[C, w]` where it is transposed; w is a multiple of the number of heads.
    public init(_ matrix: Tensor, isTransposed: Bool = false, heads: Int) {
        self.matrix = matrix
        self.isTransposed = isTransposed
        self.heads = heads
        precondition(width % heads == 0, "\(heads) heads of \(width) channels")
    }

    /// w, the channels of all heads.
    var width: Int { isTransposed ? matrix.shape[1] : matrix.shape[0] }
    /// C.
    var wide: Int { isTransposed ? matrix.shape[0] : matrix.shape[1] }
    var depth: Int { width / heads }

    var detached: HeadWeights { HeadWeights(matrix.detached(), isTransposed: isTransposed, heads: heads) }
}

// x is [B, n, w], y is [B, heads·n, C] with y[b, h·n + i] = x_h[b, i] · W_h. Expanding and contracting are each other's
// transposes, so each passes the other's gradient back, and that of the weights is the same product for both.
extension Tensor {
    /// Carries every head's vectors to the wide space: `[B, n, w]` to `[B, heads·n, C]`, head after head.
    public func expandedByHead(_ weights: HeadWeights) -> Tensor {
        precondition(shape.count == 3 && lastAxis == weights.width, "\(shape) for heads of \(weights.width) channels")
        let product = HeadProduct(weights.detached, batch: shape[0], count: shape[1])
        let result = product.expanded(detached())
        guard isTracked || weights.matrix.isTracked else { return result }
        let (isTracked, own, node) = (isTracked, weights.matrix.isTracked ? detached() : nil, weights.matrix.node)
        return result.recording([self, weights.matrix]) { gradient in
            [isTracked ? product.contracted(gradient) : nil, own.flatMap { product.gradient(of: node, $0, gradient) }]
        }
    }

    /// Carries every head's vectors back: `[B, heads·n, C]` to `[B, n, w]`, the heads side by side.
    public func contractedByHead(_ weights: HeadWeights) -> Tensor {
        precondition(
            shape.count == 3 && lastAxis == weights.wide && shape[1] % weights.heads == 0,
            "\(shape) for \(weights.heads) heads of \(weights.wide) channels"
        )
        let product = HeadProduct(weights.detached, batch: shape[0], count: shape[1] / weights.heads)
        let result = product.contracted(detached())
        guard isTracked || weights.matrix.isTracked else { return result }
        let (isTracked, own, node) = (isTracked, weights.matrix.isTracked ? detached() : nil, weights.matrix.node)
        return result.recording([self, weights.matrix]) { gradient in
            [isTracked ? product.expanded(gradient) : nil, own.flatMap { product.gradient(of: node, gradient, $0) }]
        }
    }
}

/// The three products between narrow vectors x, wide vectors y and weights.
private struct HeadProduct: Sendable {
    private let weights: HeadWeights
    private let batch: Int
    private let count: Int

    init(_ weights: HeadWeights, batch: Int, count: Int) {
        self.weights = weights
        self.batch = batch
        self.count = count
    }

    /// y[b, h·n + i] = x_h[b, i] · W_h.
    func expanded(_ x: Tensor) -> Tensor {
        Tensor(shape: [batch, weights.heads * count, weights.wide]) { result in
            let target = result.start
            overParts { part, weights in
                x.withPointer { x in
                    let (left, place) = (self.narrow(x, part), target + self.widePlace(part))
                    if self.weights.isTransposed {
                        multiply(left, transposed: weights, into: place, stride: self.weights.wide)
                    } else {
                        multiply(left, weights, into: place, stride: self.weights.wide)
                    }
                }
            }
        }
    }

    /// x_h[b, i] = y[b, h·n + i] · W_hᵀ.
    func contracted(_ y: Tensor) -> Tensor {
        Tensor(shape: [batch, count, weights.width]) { result in
            let target = result.start
            overParts { part, weights in
                y.withPointer { y in
                    let (left, place) = (self.wide(y, part), target + self.narrowPlace(part))
                    if self.weights.isTransposed {
                        multiply(left, weights, into: place, stride: self.weights.width)
                    } else {
                        multiply(left, transposed: weights, into: place, stride: self.weights.width)
                    }
                }
            }
        }
    }

    /// The weights' gradient, or nil where it is left to where branches come together.
    func gradient(of node: GradientNode?, _ x: Tensor, _ y: Tensor) -> Tensor? {
        let (weights, count) = (weights, count)
        let sum = SumOverRows(left: x, right: y) { x, y in
            HeadProduct(weights, batch: x.shape[0], count: count).weightGradient(x, y)
        }
        return GradientNode.gradient(of: node, count: weights.matrix.count, from: sum)
    }

    /// dW_h = Σ_b x_h[b]ᵀ · y_h[b], or its transpose: the rows of all items are put under one another for one product.
    func weightGradient(_ x: Tensor, _ y: Tensor) -> Tensor {
        let (depth, stride, rows) = (weights.depth, weights.matrix.shape[1], batch * count)
        return Tensor(shape: weights.matrix.shape) { result in
            let target = result.start
            x.withPointer { x in
                y.withPointer { y in
                    ComputeThreads.overRows(weights.heads, elementsPerRow: rows * depth * weights.wide) { heads in
                        for head in heads {
                            let place = target + head * depth * (weights.isTransposed ? 1 : stride)
                            let narrow = gathered(depth) { self.narrow(x, ($0, head)) }
                            let wide = gathered(weights.wide) { self.wide(y, ($0, head)) }
                            narrow.withPointer { narrow in
                                wide.withPointer { wide in
                                    let narrow = MatrixView(narrow, rows: rows, columns: depth)
                                    let wide = MatrixView(wide, rows: rows, columns: weights.wide)
                                    multiply(
                                        transposedLeft: weights.isTransposed ? wide : narrow,
                                        weights.isTransposed ? narrow : wide,
                                        into: place,
                                        stride: stride
                                    )
                                }
                            }
                        }
                    }
                }
            }
        }
    }

    /// `[B·n, columns]`: the items' matrices under one another.
    private func gathered(_ columns: Int, _ item: (Int) -> MatrixView) -> Tensor {
        Tensor(shape: [batch * count, columns]) { result in
            for index in 0..<batch {
                let view = item(index)
                for row in 0..<count {
                    (result.start + (index * count + row) * columns)
                        .initialize(from: view.base + row * view.stride, count: columns)
                }
            }
        }
    }

    // MARK: Parts

    private typealias Part = (item: Int, head: Int)

    /// Calls the body for each head of each item with the head's weights.
    private func overParts(_ body: (Part, MatrixView) -> Void) {
        let depth = weights.depth
        weights.matrix.withPointer { matrix in
            ComputeThreads.overRows(batch * weights.heads, elementsPerRow: count * depth * weights.wide) { parts in
                for index in parts {
                    let part = (item: index / weights.heads, head: index % weights.heads)
                    body(part, weights.isTransposed ? columns(matrix, part.head) : rows(matrix, part.head))
                }
            }
        }
    }

    private func rows(_ matrix: UnsafePointer<Float>, _ head: Int) -> MatrixView {
        MatrixView(matrix + head * weights.depth * weights.wide, rows: weights.depth, columns: weights.wide)
    }

    private func columns(_ matrix: UnsafePointer<Float>, _ head: Int) -> MatrixView {
        MatrixView(
            matrix + head * weights.depth,
            rows: weights.wide,
            columns: weights.depth,
            stride: weights.width
        )
    }

    private func narrowPlace(_ part: Part) -> Int {
        part.item * count * weights.width + part.head * weights.depth
    }

    private func widePlace(_ part: Part) -> Int { (part.item * weights.heads + part.head) * count * weights.wide }

    private func narrow(_ x: UnsafePointer<Float>, _ part: Part) -> MatrixView {
        MatrixView(x + narrowPlace(part), rows: count, columns: weights.depth, stride: weights.width)
    }

    private func wide(_ y: UnsafePointer<Float>, _ part: Part) -> MatrixView {
        MatrixView(y + widePlace(part), rows: count, columns: weights.wide)
    }
}
