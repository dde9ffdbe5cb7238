import CKernels
import Tensors

/// The step of window attention between its projections: every head of every window mixes its values.
///
/// Gradients pass to the projected tokens; to the projection's bias, which is what padding tokens are projected to; and
/// to the relative positions.
struct WindowMixing: Sendable {
    let plan: WindowPlan
    let heads: Int
    /// `[3C]`: query, key and value of a padding token.
    let bias: Tensor
    /// `[2·(2·edge − 1), d]`: the tables for rows and for columns, both reversed so that a query's terms for ascending
    /// keys are one run.
    let relativePositions: Tensor
    /// What both sides of its products are rounded to when nothing is trained: fp32, or bf16 for the other two.
    let precision: NetworkPrecision
    /// How each window's keys lie when nothing is trained.
    let slots: [WindowSlots]

    init(
        plan: WindowPlan,
        heads: Int,
        bias: Tensor,
        relativePositions: Tensor,
        precision: NetworkPrecision = .float32
    ) {
        (self.plan, self.heads, self.bias, self.relativePositions) = (plan, heads, bias, relativePositions)
        self.precision = precision
        slots = plan.windows.map { WindowSlots($0, of: plan) }
    }

    private init(detaching layer: WindowMixing) {
        (plan, heads, precision, slots) = (layer.plan, layer.heads, layer.precision, layer.slots)
        (bias, relativePositions) = (layer.bias.detached(), layer.relativePositions.detached())
    }

    /// d, the channels of a head.
    var depth: Int { relativePositions.shape[1] }
    /// C.
    var width: Int { heads * depth }
    /// The tokens of a window, padding included.
    var keys: Int { plan.edge * plan.edge }
    /// The tokens of an image.
    var tokens: Int { plan.windows.reduce(0) { $0 + $1.count } }

    /// Projected tokens `[B, g, g, 3C]` to mixed values `[B, g, g, C]`.
    func callAsFunction(_ qkv: Tensor) -> Tensor {
        let layer = WindowMixing(detaching: self)
        let operands = [qkv, bias, relativePositions]
        guard operands.contains(where: \.isTracked) else { return layer.inferred(qkv) }
        var mixed = Tensor(zeros: [])
        // To keep the weights, [B, heads, P, keys], is cheaper than to compute them again.
        let weights = Tensor(shape: [qkv.shape[0], heads, tokens, keys]) {
            mixed = layer.mixed(qkv.detached(), keeping: $0.start)
        }
        let step = WindowMixingGradient(
            layer: layer,
            qkv: qkv.detached(),
            weights: weights,
            wantsBias: bias.isTracked,
            wantsPositions: relativePositions.isTracked
        )
        return mixed.recording(operands) { step.gradients($0) }
    }

    /// The forward step, without a history. The weights of every head are kept.
    private func mixed(_ qkv: Tensor, keeping kept: UnsafeMutablePointer<Float>) -> Tensor {
        let starts = plan.windows.map(plan.termStarts)
        return Tensor(shape: qkv.shape.dropLast() + [width]) { mixed in
            let target = mixed.start
            withOperands(qkv) { operands in
                ComputeThreads.perform(qkv.shape[0] * plan.windows.count * heads) { task in
                    let part = part(task)
                    let rows = plan.windows[part.window].count
                    let capacity = (2 * rows + 2 * keys) * depth
                    withUnsafeTemporaryAllocation(of: Float.self, capacity: capacity) { room in
                        let views = gather(part, operands, into: room.start)
                        let result = room.start + (rows + 2 * keys) * depth
                        views.attend(into: result, keeping: kept + weightOffset(part)) { _, scores in
                            weigh(scores, views.queries, starts[part.window], operands)
                        }
                        scatter(result, part, into: target)
                    }
                }
            }
        }
    }

    /// Turns the products q·k of a head into weights.
    private func weigh(
        _ scores: UnsafeMutablePointer<Float>,
        _ queries: MatrixView,
        _ starts: (high: [Int32], wide: [Int32]),
        _ operands: Operands
    ) {
        let columns = relativePositions.shape[0]
        withUnsafeTemporaryAllocation(of: Float.self, capacity: queries.rows * columns) { terms in
            multiply(queries, transposed: operands.positions, into: terms.start, stride: columns)
            kernel_softmax_relative_rows(
                scores,
                queries.rows,
                plan.edge,
                plan.edge,
                1 / Float(depth).squareRoot(),
                terms.start,
                columns,
                starts.high,
                starts.wide
            )
        }
    }
}

/// How the work is divided: a head of a window of an image is a task, which writes what no other task writes.
extension WindowMixing {
    /// One task.
    struct Part {
        let image: Int
        let window: Int
        let head: Int
    }

    /// The addresses of what all tasks read.
    struct Operands {
        let qkv: UnsafePointer<Float>
        let bias: UnsafePointer<Float>
        let positions: MatrixView
    }

    /// Tasks are numbered by image, window, head.
    func part(_ task: Int) -> Part {
        Part(
            image: task / heads / plan.windows.count,
            window: task / heads % plan.windows.count,
            head: task % heads
        )
    }

    func withOperands(_ qkv: Tensor, _ body: (Operands) -> Void) {
        qkv.withPointer { qkv in
            bias.withPointer { bias in
                relativePositions.withPointer { table in
                    let positions = MatrixView(table, rows: relativePositions.shape[0], columns: depth)
                    body(Operands(qkv: qkv, bias: bias, positions: positions))
                }
            }
        }
    }

    /// Where the weights `[n, keys]` of a part begin: those of an image are ordered by window, then by head.
    func weightOffset(_ part: Part) -> Int {
        let before = plan.windows[..<part.window].reduce(0) { $0 + $1.count }
        let rows = (part.image * tokens + before) * heads + part.head * plan.windows[part.window].count
        return rows * keys
    }

    /// Copies a part's queries (real tokens only), keys and values (with padding), one after the other.
    func gather(_ part: Part, _ operands: Operands, into room: UnsafeMutablePointer<Float>) -> AttentionViews {
        let (edge, window) = (plan.edge, plan.windows[part.window])
        let first = operands.qkv + part.image * tokens * 3 * width + part.head * depth
        let firstKey = room + window.count * depth
        let firstValue = firstKey + keys * depth
        var query = room
        for position in 0..<keys {
            let (y, x) = (position / edge, position % edge)
            let isReal = window.isReal(position, edge: edge)
            let source =
                isReal ? first + (window.rows[y].lowerBound + x) * 3 * width : operands.bias + part.head * depth
            if isReal {
                query.update(from: source, count: depth)
                query += depth
            }
            (firstKey + position * depth).update(from: source + width, count: depth)
            (firstValue + position * depth).update(from: source + 2 * width, count: depth)
        }
        return AttentionViews(
            queries: MatrixView(room, rows: window.count, columns: depth),
            keys: MatrixView(firstKey, rows: keys, columns: depth),
            values: MatrixView(firstValue, rows: keys, columns: depth),
            heads: 1
        )
    }

    /// Copies a part's mixed values `[n, d]` to their places in `[B, P, C]`.
    private func scatter(_ source: UnsafePointer<Float>, _ part: Part, into mixed: UnsafeMutablePointer<Float>) {
        let first = mixed + part.image * tokens * width + part.head * depth
        var next = source
        for token in plan.windows[part.window].rows.joined() {
            (first + token * width).update(from: next, count: depth)
            next += depth
        }
    }
}
