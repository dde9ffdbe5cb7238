import CKernels

/// How the tokens of a window lie in rows of scores when nothing is trained.
///
/// Keys lie in groups of whole vectors, along the axis with fewer real tokens; all padding keys, which are equal but for
/// their relative positions, share one slot.
struct WindowSlots: Sendable {
    /// For each slot the token of its key: −1 for the padding key, −2 for none.
    let places: [Int32]
    /// The tokens of the queries.
    let queries: [Int32]
    private let edge: Int
    private let rows: Int
    private let columns: Int
    private let outerIsRows: Bool
    private let groupSlots: Int
    private let paddingSlot: Int?
    private let high: [Int32]
    private let wide: [Int32]

    /// The number of slots, a multiple of 16.
    var count: Int { places.count }

    /// Arranges a window of a plan.
    init(_ window: WindowPlan.Window, of plan: WindowPlan) {
        edge = plan.edge
        rows = window.rows.count
        columns = window.rows.first?.count ?? 0
        queries = window.rows.joined().map { Int32($0) }
        (high, wide) = plan.termStarts(window)
        let lengths = (rows: Self.wholeVectors(rows), columns: Self.wholeVectors(columns))
        outerIsRows = rows * lengths.columns <= columns * lengths.rows
        groupSlots = outerIsRows ? lengths.columns : lengths.rows
        let (groups, keys) = outerIsRows ? (rows, columns) : (columns, rows)
        var places = [Int32](repeating: -2, count: groups * groupSlots)
        for (y, row) in window.rows.enumerated() {
            for (x, token) in row.enumerated() {
                places[outerIsRows ? y * groupSlots + x : x * groupSlots + y] = Int32(token)
            }
        }
        if rows * columns < edge * edge {
            // Behind the first group's keys, or behind all groups where those have no slot to spare.
            let slot = keys < groupSlots ? keys : places.count
            if slot == places.count { places += [Int32](repeating: -2, count: 16) }
            places[slot] = -1
            paddingSlot = slot
        } else {
            paddingSlot = nil
        }
        self.places = places
    }

    /// Calls the body with the description that kernels take.
    func withKernelWindow(scale: Float, _ body: (UnsafePointer<KernelWindow>) -> Void) {
        high.withUnsafeBufferPointer { high in
            wide.withUnsafeBufferPointer { wide in
                var window = KernelWindow()
                (window.edge, window.rows, window.columns) = (edge, rows, columns)
                window.outer_is_rows = outerIsRows ? 1 : 0
                (window.group_slots, window.slots) = (groupSlots, count)
                window.padding_slot = paddingSlot ?? -1
                window.scale = scale
                (window.high_start, window.wide_start) = (high.baseAddress, wide.baseAddress)
                body(&window)
            }
        }
    }

    private static func wholeVectors(_ count: Int) -> Int { (count + 15) / 16 * 16 }
}
