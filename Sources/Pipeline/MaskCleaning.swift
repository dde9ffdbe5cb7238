/// Clean-up of one segment's masks after the network: what a profile may switch on.
///
/// Masks are row-major bytes, 0 or 1; the array has one mask for each slice of the stack, `nil` where there is none.
public enum MaskCleaning {
    /// Fills background that does not touch the border of its slice (background joined by edges, not by corners).
    public static func fillHoles(_ mask: inout [UInt8], rows: Int, columns: Int) {
        precondition(mask.count == rows * columns, "a mask has rows × columns pixels")
        var outside = [Bool](repeating: false, count: mask.count)
        var pending: [Int] = []
        func visit(_ index: Int) {
            guard mask[index] == 0, !outside[index] else { return }
            outside[index] = true
            pending.append(index)
        }
        for column in 0..<columns {
            visit(column)
            visit((rows - 1) * columns + column)
        }
        for row in 0..<rows {
            visit(row * columns)
            visit(row * columns + columns - 1)
        }
        while let index = pending.popLast() {
            let column = index % columns
            if column > 0 { visit(index - 1) }
            if column < columns - 1 { visit(index + 1) }
            if index >= columns { visit(index - columns) }
            if index < mask.count - columns { visit(index + columns) }
        }
        for index in mask.indices where !outside[index] { mask[index] = 1 }
    }

    /// Keeps the largest component in three dimensions, joined by faces; slices are neighbours when their indices are.
    public static func keepLargestComponent(_ masks: inout [[UInt8]?], rows: Int, columns: Int) {
        let plane = rows * columns
        var component = masks.map { $0.map { _ in [Int32](repeating: 0, count: plane) } }
        var largest: (label: Int32, size: Int) = (0, 0)
        var next: Int32 = 0
        for slice in masks.indices {
            guard let mask = masks[slice] else { continue }
            for index in 0..<plane where mask[index] != 0 && component[slice]?[index] == 0 {
                next += 1
                let size = flood(from: (slice, index), label: next, masks: masks, component: &component, columns: columns)
                if size > largest.size { largest = (next, size) }
            }
        }
        for slice in masks.indices {
            guard let labels = component[slice], masks[slice] != nil else { continue }
            for index in 0..<plane where labels[index] != largest.label { masks[slice]?[index] = 0 }
        }
    }

    private static func flood(
        from seed: (slice: Int, index: Int),
        label: Int32,
        masks: [[UInt8]?],
        component: inout [[Int32]?],
        columns: Int
    ) -> Int {
        var pending = [seed]
        component[seed.slice]?[seed.index] = label
        var size = 0
        while let (slice, index) = pending.popLast() {
            size += 1
            let column = index % columns
            func visit(_ slice: Int, _ index: Int) {
                guard masks.indices.contains(slice), let mask = masks[slice], mask.indices.contains(index),
                    mask[index] != 0, component[slice]?[index] == 0
                else { return }
                component[slice]?[index] = label
                pending.append((slice, index))
            }
            if column > 0 { visit(slice, index - 1) }
            if column < columns - 1 { visit(slice, index + 1) }
            visit(slice, index - columns)
            visit(slice, index + columns)
            visit(slice - 1, index)
            visit(slice + 1, index)
        }
        return size
    }
}
