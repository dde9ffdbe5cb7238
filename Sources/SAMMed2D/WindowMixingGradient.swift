import CKernels
import Tensors

/// The backward step of ``WindowMixing``.
///
/// With the weights P of a head, dV = Pᵀ·dO, dP = dO·Vᵀ and dS = P∘(dP − rowsum(P∘dP)): dQ = dS·K/√d + dT·R and
/// dK = dSᵀ·Q/√d, where dT are the sums of dS over the columns (the rows) of keys and R the relative positions, whose
/// own gradient is dTᵀ·Q. What arrives at the keys and values of padding tokens belongs to the projection's bias.
struct WindowMixingGradient: Sendable {
    let layer: WindowMixing
    /// `[B, g, g, 3C]`.
    let qkv: Tensor
    /// The weights of all parts, at the layer's offsets.
    let weights: Tensor
    let wantsBias: Bool
    let wantsPositions: Bool

    private var windows: [WindowPlan.Window] { layer.plan.windows }
    private var tasks: Int { qkv.shape[0] * windows.count * layer.heads }
    private var depth: Int { layer.depth }
    private var termCount: Int { layer.relativePositions.shape[0] }

    /// Where tasks write: `[B, P, 3C]`, and for each task, where they are wanted, `[2, d]` and `[terms, d]`.
    private struct Targets {
        let tokens: UnsafeMutablePointer<Float>
        let padding: UnsafeMutablePointer<Float>
        let positions: UnsafeMutablePointer<Float>
    }

    /// The gradients of projected tokens, bias and relative positions from that of the mixed values, `[B, g, g, C]`.
    func gradients(_ gradient: Tensor) -> [Tensor?] {
        // What tasks have in common is added when all are done, in their order.
        var padding = Tensor(zeros: [wantsBias ? tasks : 0, 2, depth])
        var positions = Tensor(zeros: [wantsPositions ? tasks : 0, termCount, depth])
        let ofTokens = Tensor(shape: qkv.shape) { tokens in
            padding.withMutablePointer { padding in
                positions.withMutablePointer { positions in
                    passBack(
                        gradient,
                        to: Targets(tokens: tokens.start, padding: padding, positions: positions)
                    )
                }
            }
        }
        return [
            ofTokens, wantsBias ? biasGradient(padding) : nil,
            wantsPositions
                ? positions.reshaped([tasks, termCount * depth]).summedOverRows().reshaped([termCount, depth]) : nil,
        ]
    }

    private func passBack(_ gradient: Tensor, to targets: Targets) {
        let starts = windows.map(layer.plan.termStarts)
        gradient.withPointer { gradient in
            layer.withOperands(qkv) { operands in
                ComputeThreads.perform(tasks) { task in
                    let part = layer.part(task)
                    withRoom(part, operands) { room in
                        gatherGradient(gradient, part, into: room.mixed)
                        passBack(part, room, starts[part.window], operands)
                        scatter(room, part, into: targets.tokens)
                        if wantsBias { sumPadding(room, part, into: targets.padding + task * 2 * depth) }
                        guard wantsPositions else { return }
                        multiply(
                            transposedLeft: MatrixView(room.terms, rows: room.rows, columns: termCount),
                            room.views.queries,
                            into: targets.positions + task * termCount * depth,
                            stride: depth
                        )
                    }
                }
            }
        }
    }

    /// One part's gradients, in its own room.
    private func passBack(
        _ part: WindowMixing.Part,
        _ room: Room,
        _ starts: (high: [Int32], wide: [Int32]),
        _ operands: WindowMixing.Operands
    ) {
        weights.withPointer { weights in
            let own = weights + layer.weightOffset(part)
            room.views.passBack(
                head: 0,
                gradient: MatrixView(room.mixed, rows: room.rows, columns: depth),
                weights: own,
                to: AttentionGradientTargets(
                    queries: room.queries,
                    keys: room.keys,
                    values: room.values,
                    stride: depth
                )
            ) { scores in
                kernel_softmax_relative_gradient_rows(
                    own,
                    scores,
                    room.rows,
                    layer.plan.edge,
                    layer.plan.edge,
                    1 / Float(depth).squareRoot(),
                    room.terms,
                    termCount,
                    starts.high,
                    starts.wide
                )
            }
        }
        multiply(
            MatrixView(room.terms, rows: room.rows, columns: termCount),
            operands.positions,
            into: room.queries,
            stride: depth,
            adding: true
        )
    }

    /// Adds up what has arrived at the keys and values of a part's padding tokens.
    private func sumPadding(_ room: Room, _ part: WindowMixing.Part, into sums: UnsafeMutablePointer<Float>) {
        let (edge, window) = (layer.plan.edge, windows[part.window])
        guard window.count < layer.keys else { return }
        for (side, source) in [room.keys, room.values].enumerated() {
            var columns = [Double](repeating: 0, count: depth)
            for position in 0..<layer.keys where !window.isReal(position, edge: edge) {
                for channel in 0..<depth { columns[channel] += Double(source[position * depth + channel]) }
            }
            for channel in 0..<depth { sums[side * depth + channel] = Float(columns[channel]) }
        }
    }

    /// The sums of all tasks, `[tasks, 2, d]`, as the gradient of the bias, `[3C]`; no padding token is a query.
    private func biasGradient(_ sums: Tensor) -> Tensor {
        let width = layer.width
        let heads = sums.reshaped([tasks / layer.heads, 2 * width]).summedOverRows().values
        var gradient = [Float](repeating: 0, count: 3 * width)
        for (index, value) in heads.enumerated() {
            let (head, side, channel) = (index / depth / 2, index / depth % 2, index % depth)
            gradient[(1 + side) * width + head * depth + channel] = value
        }
        return Tensor(gradient, shape: layer.bias.shape)
    }
}

/// The memory of one part.
extension WindowMixingGradient {
    private struct Room {
        let views: AttentionViews
        /// The gradients of mixed values `[n, d]`, queries `[n, d]`, keys and values `[keys, d]`.
        let mixed: UnsafeMutablePointer<Float>
        let queries: UnsafeMutablePointer<Float>
        let keys: UnsafeMutablePointer<Float>
        let values: UnsafeMutablePointer<Float>
        /// The gradients of the relative terms, `[n, terms]`.
        let terms: UnsafeMutablePointer<Float>

        var rows: Int { views.queries.rows }
    }

    private func withRoom(_ part: WindowMixing.Part, _ operands: WindowMixing.Operands, _ body: (Room) -> Void) {
        let (queries, keys) = (windows[part.window].count * depth, layer.keys * depth)
        let capacity = 3 * queries + 4 * keys + windows[part.window].count * termCount
        withUnsafeTemporaryAllocation(of: Float.self, capacity: capacity) { memory in
            let gradients = memory.start + queries + 2 * keys
            // Attention adds to what is there.
            (gradients + queries).initialize(repeating: 0, count: queries + 2 * keys)
            body(
                Room(
                    views: layer.gather(part, operands, into: memory.start),
                    mixed: gradients,
                    queries: gradients + queries,
                    keys: gradients + 2 * queries,
                    values: gradients + 2 * queries + keys,
                    terms: gradients + 2 * queries + 2 * keys
                )
            )
        }
    }

    /// Copies a part of the mixed values' gradient.
    private func gatherGradient(
        _ gradient: UnsafePointer<Float>,
        _ part: WindowMixing.Part,
        into room: UnsafeMutablePointer<Float>
    ) {
        let first = gradient + part.image * layer.tokens * layer.width + part.head * depth
        var next = room
        for token in windows[part.window].rows.joined() {
            next.update(from: first + token * layer.width, count: depth)
            next += depth
        }
    }

    /// Copies the gradients of a part's real tokens to their places: every element has one part.
    private func scatter(_ room: Room, _ part: WindowMixing.Part, into tokens: UnsafeMutablePointer<Float>) {
        let width = layer.width
        let first = tokens + part.image * layer.tokens * 3 * width + part.head * depth
        var query = room.queries
        for (y, row) in windows[part.window].rows.enumerated() {
            for (x, token) in row.enumerated() {
                let target = first + token * 3 * width
                let position = (y * layer.plan.edge + x) * depth
                target.update(from: query, count: depth)
                (target + width).update(from: room.keys + position, count: depth)
                (target + 2 * width).update(from: room.values + position, count: depth)
                query += depth
            }
        }
    }
}
