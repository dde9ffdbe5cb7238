import CKernels
import Checkpoints
import SegmentAnything
import Tensors

/// Self-attention inside windows, with relative positions along rows and columns (Li et al. 2022, as in Segment
/// Anything's encoder).
///
/// Logits are `q·k/√d + q·Rh[Δrow] + q·Rw[Δcolumn]` with the unscaled q. Padding tokens are zero vectors before the
/// projection, so their keys and values are its bias: they take part, each at its own relative position.
struct WindowAttention: Sendable {
    let projection: Linear
    private let result: Linear
    private let heads: Int
    private let plan: WindowPlan
    /// `[2·(2·edge − 1), d]`: the tables for rows and for columns, both reversed so that a query's terms for ascending
    /// keys are one run.
    private let relativePositions: Tensor

    private var width: Int { result.outputs }

    /// Takes the tensors `name.qkv…`; `edge` is the window's edge, the grid's own for global attention.
    init(
        _ parameters: NamedTensors,
        _ name: String,
        configuration: SAMMed2DConfiguration,
        edge: Int
    ) throws(CheckpointError) {
        let width = configuration.width
        projection = try parameters.linear(name + ".qkv", inputs: width, outputs: 3 * width)
        result = try parameters.linear(name + ".proj", inputs: width, outputs: width)
        heads = configuration.heads
        plan = WindowPlan(grid: configuration.grid, edge: edge)
        var tables: [Tensor] = []
        for axis in ["h", "w"] {
            let full = "\(name).rel_pos_\(axis)"
            let length = try parameters.shape(of: full, axes: 2)[0]
            let table = try parameters.require(full, shape: [length, width / heads])
            tables.append(Self.reversed(table.resizedLinearly(length: 2 * edge - 1)))
        }
        relativePositions = Tensor.joined(tables)
    }

    /// `[B, g, g, C]` to the same shape.
    func callAsFunction(_ x: Tensor, recorder: Recorder) -> Tensor {
        let qkv = projection(x)
        recorder("qkv", qkv)
        let tokens = x.shape[1] * x.shape[2]
        let mixed = Tensor(shape: x.shape) { mixed in
            qkv.withPointer { qkv in
                for image in 0..<x.shape[0] {
                    attend(qkv + image * tokens * 3 * width, into: mixed.start + image * tokens * width)
                }
            }
        }
        let y = result(mixed)
        recorder("proj", y)
        recorder("", y)
        return y
    }

    /// One image: projected tokens `[P, 3C]` to mixed values `[P, C]`.
    private func attend(_ qkv: UnsafePointer<Float>, into mixed: UnsafeMutablePointer<Float>) {
        let keys = plan.edge * plan.edge
        guard !plan.isGlobal else {
            let views = AttentionViews(
                queries: MatrixView(qkv, rows: keys, columns: width, stride: 3 * width),
                keys: MatrixView(qkv + width, rows: keys, columns: width, stride: 3 * width),
                values: MatrixView(qkv + 2 * width, rows: keys, columns: width, stride: 3 * width),
                heads: heads
            )
            attend(views, plan.windows[0], into: mixed)
            return
        }
        withUnsafeTemporaryAllocation(of: Float.self, capacity: 4 * keys * width) { room in
            let part = keys * width
            for window in plan.windows {
                gather(window, from: qkv, into: room.start)
                let views = AttentionViews(
                    queries: MatrixView(room.start, rows: window.count, columns: width),
                    keys: MatrixView(room.start + part, rows: keys, columns: width),
                    values: MatrixView(room.start + 2 * part, rows: keys, columns: width),
                    heads: heads
                )
                attend(views, window, into: room.start + 3 * part)
                scatter(room.start + 3 * part, window, into: mixed)
            }
        }
    }

    /// One window: weighs every head's values by scores and relative positions.
    private func attend(
        _ views: AttentionViews,
        _ window: WindowPlan.Window,
        into mixed: UnsafeMutablePointer<Float>
    ) {
        let (rows, edge) = (views.queries.rows, plan.edge)
        let (columns, depth) = (relativePositions.shape[0], relativePositions.shape[1])
        let starts = plan.termStarts(window)
        relativePositions.withPointer { table in
            views.attend(into: mixed) { head, scores in
                withUnsafeTemporaryAllocation(of: Float.self, capacity: rows * columns) { terms in
                    multiply(
                        views.head(head, of: views.queries),
                        transposed: MatrixView(table, rows: columns, columns: depth),
                        into: terms.start,
                        stride: columns
                    )
                    kernel_softmax_relative_rows(
                        scores,
                        rows,
                        edge,
                        edge,
                        1 / Float(depth).squareRoot(),
                        terms.start,
                        columns,
                        starts.high,
                        starts.wide
                    )
                }
            }
        }
    }

    /// Copies a window's queries (real tokens only), keys and values (with padding) side by side.
    private func gather(
        _ window: WindowPlan.Window,
        from qkv: UnsafePointer<Float>,
        into room: UnsafeMutablePointer<Float>
    ) {
        let (edge, part) = (plan.edge, plan.edge * plan.edge * width)
        var queries = room
        withOptionalPointer(projection.bias) { bias in
            guard let bias else { preconditionFailure("the projection has a bias") }
            for position in 0..<edge * edge {
                let (y, x) = (position / edge, position % edge)
                let isReal = y < window.rows.count && x < window.rows[y].count
                let source = isReal ? qkv + (window.rows[y].lowerBound + x) * 3 * width : bias
                if isReal {
                    queries.update(from: source, count: width)
                    queries += width
                }
                (room + part + position * width).update(from: source + width, count: width)
                (room + 2 * part + position * width).update(from: source + 2 * width, count: width)
            }
        }
    }

    /// Copies a window's result to its tokens' places.
    private func scatter(
        _ source: UnsafePointer<Float>,
        _ window: WindowPlan.Window,
        into mixed: UnsafeMutablePointer<Float>
    ) {
        var next = source
        for row in window.rows {
            (mixed + row.lowerBound * width).update(from: next, count: row.count * width)
            next += row.count * width
        }
    }

    private static func reversed(_ table: Tensor) -> Tensor {
        Tensor.joined(table.shape[0] == 0 ? [table] : (0..<table.shape[0]).reversed().map { table.slice($0..<$0 + 1) })
    }
}
