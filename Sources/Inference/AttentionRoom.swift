import CKernels
import Tensors

/// Memory and products of one attention head when nothing is trained, in fp32 or with sides in bf16.
///
/// Queries `[n, d]`, keys `[slots + extra, d]` and values `[slots, d]` are gathered; scores are `[n, slots + extra]`. Extra
/// keys are rows that queries are multiplied with for another purpose, such as relative positions.
package struct AttentionRoom {
    private let memory: UnsafeMutableRawPointer
    private let sizes: Sizes
    private let offsets: Offsets

    private var queries: Int { sizes.queries }
    private var slots: Int { sizes.slots }
    private var extra: Int { sizes.extra }
    private var depth: Int { sizes.depth }
    private var isRounded: Bool { sizes.isRounded }

    /// Calls the body with memory of that size.
    package static func with(
        queries: Int,
        slots: Int,
        extra: Int = 0,
        depth: Int,
        precision: NetworkPrecision,
        _ body: (AttentionRoom) -> Void
    ) {
        let sizes = Sizes(queries: queries, slots: slots, extra: extra, depth: depth, isRounded: precision != .float32)
        let offsets = sizes.offsets
        let memory = TensorMemory.allocate(bytes: offsets.end)
        defer { TensorMemory.free(memory, bytes: offsets.end) }
        body(AttentionRoom(memory: memory, sizes: sizes, offsets: offsets))
    }

    // MARK: Parts

    private struct Offsets {
        var (keys, values, scores, weights, mixed, factors, end) = (0, 0, 0, 0, 0, 0, 0)
    }

    private struct Sizes {
        let queries: Int
        let slots: Int
        let extra: Int
        let depth: Int
        let isRounded: Bool

        var offsets: Offsets {
            func whole(_ bytes: Int) -> Int { (bytes + 63) / 64 * 64 }
            let size = isRounded ? 2 : 4
            var offsets = Offsets()
            offsets.keys = whole(queries * depth * size)
            offsets.values = offsets.keys + whole((slots + extra) * depth * size)
            offsets.scores = offsets.values + whole(slots * depth * size)
            offsets.weights = offsets.scores + whole(queries * (slots + extra) * 4)
            offsets.mixed = offsets.weights + (isRounded ? whole(queries * slots * 2) : 0)
            offsets.factors = offsets.mixed + whole(queries * depth * 4)
            offsets.end = offsets.factors + whole(queries * 4)
            return offsets
        }
    }

    /// `[n, slots + extra]`.
    package var scores: UnsafeMutablePointer<Float> { floats(offsets.scores) }
    /// `[n, slots]`: where weights are to be written in bf16; nil where they are to replace the scores.
    package var rounded: UnsafeMutablePointer<UInt16>? {
        isRounded ? (memory + offsets.weights).assumingMemoryBound(to: UInt16.self) : nil
    }
    /// `[n]`: what the mixed values of a query are to be multiplied by.
    package var factors: UnsafeMutablePointer<Float> { floats(offsets.factors) }
    /// `[n, d]`.
    package var mixed: UnsafeMutablePointer<Float> { floats(offsets.mixed) }

    private func floats(_ offset: Int) -> UnsafeMutablePointer<Float> {
        (memory + offset).assumingMemoryBound(to: Float.self)
    }

    // MARK: Gathering

    /// Rows of somebody's memory: their places count rows from `base` on, `filling` is what stands at place -1.
    package struct Rows {
        let base: UnsafePointer<Float>
        let stride: Int
        let filling: UnsafePointer<Float>
        let places: [Int32]

        package init(
            _ base: UnsafePointer<Float>,
            stride: Int,
            filling: UnsafePointer<Float>,
            places: [Int32]
        ) {
            (self.base, self.stride, self.filling, self.places) = (base, stride, filling, places)
        }
    }

    /// Sets the queries.
    package func gather(queries rows: Rows) { gather(rows, to: 0) }
    /// Sets the keys, those beyond the slots left out.
    package func gather(keys rows: Rows) { gather(rows, to: offsets.keys) }
    /// Sets the values.
    package func gather(values rows: Rows) { gather(rows, to: offsets.values) }
    /// Sets the keys beyond the slots.
    package func gather(extra rows: UnsafePointer<Float>) {
        let places = (0..<Int32(extra)).map { $0 }
        let offset = offsets.keys + slots * depth * (isRounded ? 2 : 4)
        gather(Rows(rows, stride: depth, filling: rows, places: places), to: offset)
    }

    /// Rows in bf16, as ``Rows``.
    package struct RoundedRows {
        let base: UnsafePointer<UInt16>
        let stride: Int
        let filling: UnsafePointer<UInt16>
        let places: [Int32]

        package init(
            _ base: UnsafePointer<UInt16>,
            stride: Int,
            filling: UnsafePointer<UInt16>,
            places: [Int32]
        ) {
            (self.base, self.stride, self.filling, self.places) = (base, stride, filling, places)
        }
    }

    /// Sets queries, keys and values outside of fp32.
    package func gather(queries: RoundedRows, keys: RoundedRows, values: RoundedRows) {
        precondition(isRounded, "rows in bf16 for attention in fp32")
        for (rows, offset) in [(queries, 0), (keys, offsets.keys), (values, offsets.values)] {
            let target = (memory + offset).assumingMemoryBound(to: UInt16.self)
            kernel_gather_halves(rows.base, rows.stride, rows.filling, rows.places, rows.places.count, depth, target)
        }
    }

    private func gather(_ rows: Rows, to offset: Int) {
        let (target, count) = (memory + offset, rows.places.count)
        if isRounded {
            let halves = target.assumingMemoryBound(to: UInt16.self)
            kernel_gather_rounded_rows(rows.base, rows.stride, rows.filling, rows.places, count, depth, halves)
        } else {
            let floats = target.assumingMemoryBound(to: Float.self)
            kernel_gather_rows(rows.base, rows.stride, rows.filling, rows.places, count, depth, floats)
        }
    }

    // MARK: Products

    /// Multiplies the queries with all keys.
    package func computeScores() {
        let keys = slots + extra
        guard isRounded else {
            return multiply(
                MatrixView(floats(0), rows: queries, columns: depth),
                transposed: MatrixView(floats(offsets.keys), rows: keys, columns: depth),
                into: scores,
                stride: keys
            )
        }
        var shape = ProductShape()
        (shape.rows, shape.columns, shape.inner) = (queries, keys, depth)
        (shape.leftRow, shape.leftColumn, shape.rightRow, shape.rightColumn) = (depth, 1, 1, depth)
        shape.resultRow = keys
        run(shape, left: 0, right: offsets.keys, into: scores)
    }

    /// Mixes the values by the weights that have replaced the scores, or stand beside them in bf16.
    package func mix() {
        guard isRounded else {
            return multiply(
                MatrixView(scores, rows: queries, columns: slots, stride: slots + extra),
                MatrixView(floats(offsets.values), rows: slots, columns: depth),
                into: mixed,
                stride: depth
            )
        }
        var shape = ProductShape()
        (shape.rows, shape.columns, shape.inner) = (queries, depth, slots)
        (shape.leftRow, shape.leftColumn, shape.rightRow, shape.rightColumn) = (slots, 1, depth, 1)
        shape.resultRow = depth
        run(shape, left: offsets.weights, right: offsets.values, into: mixed)
    }

    private func run(_ shape: ProductShape, left: Int, right: Int, into result: UnsafeMutablePointer<Float>) {
        var shape = shape
        shape.precision = .bfloat16
        let isDone = CompiledProducts.product(shape)?.run(memory + left, memory + right, into: result) ?? false
        precondition(isDone, "a CPU that multiplies bf16 has no product for \(shape), or memory is short")
    }
}
