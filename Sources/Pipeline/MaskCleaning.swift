import Atlas

/// Clean-up of one segment's masks after the network: what a profile may switch on.
///
/// Masks are row-major bytes, 0 or 1; the array has one mask for each slice of the stack, `nil` where there is none.
public enum MaskCleaning {
    /// Fills background that does not touch the border of its slice (background joined by edges, not by corners).
    public static func fillHoles(_ mask: inout [UInt8], rows: Int, columns: Int) {
        precondition(mask.count == rows * columns, "a mask has rows × columns pixels")
        mask = PlaneMorphology.filled(mask, columns: columns, rows: rows)
    }

    /// Keeps the largest component in three dimensions, joined by faces; slices are neighbours when their indices are.
    ///
    /// Of several of the same size the first stays, in the order of slices, rows and columns.
    public static func keepLargestComponent(_ masks: inout [[UInt8]?], rows: Int, columns: Int) {
        guard let region = Region(of: masks, rows: rows, columns: columns) else { return }
        var component = [Int32](repeating: 0, count: region.count)
        for index in component.indices where region.isInside(index, masks) { component[index] = -1 }
        var largest: (label: Int32, size: Int) = (0, 0)
        var next: Int32 = 0
        for index in component.indices where component[index] == -1 {
            next += 1
            let size = region.flood(from: index, label: next, component: &component)
            if size > largest.size { largest = (next, size) }
        }
        for index in component.indices where component[index] > 0 && component[index] != largest.label {
            let (slice, pixel) = region.place(of: index)
            masks[slice]?[pixel] = 0
        }
    }

    /// The part of a stack that holds all pixels of a segment: labels take memory for this part alone.
    private struct Region {
        let slices: Range<Int>
        let rows: Range<Int>
        let columns: Range<Int>
        let stride: Int

        var count: Int { slices.count * rows.count * columns.count }

        init?(of masks: [[UInt8]?], rows: Int, columns: Int) {
            var low = (slice: Int.max, row: Int.max, column: Int.max)
            var high = (slice: -1, row: -1, column: -1)
            for (slice, mask) in masks.enumerated() {
                guard let mask else { continue }
                for index in mask.indices where mask[index] != 0 {
                    let row = index / columns
                    let column = index % columns
                    low = (min(low.slice, slice), min(low.row, row), min(low.column, column))
                    high = (slice, max(high.row, row), max(high.column, column))
                }
            }
            guard high.slice >= 0 else { return nil }
            slices = low.slice..<high.slice + 1
            self.rows = low.row..<high.row + 1
            self.columns = low.column..<high.column + 1
            stride = columns
        }

        func place(of index: Int) -> (slice: Int, pixel: Int) {
            let column = index % columns.count
            let row = index / columns.count % rows.count
            let slice = index / (columns.count * rows.count)
            return (
                slices.lowerBound + slice,
                (rows.lowerBound + row) * stride + columns.lowerBound + column
            )
        }

        func isInside(_ index: Int, _ masks: [[UInt8]?]) -> Bool {
            let (slice, pixel) = place(of: index)
            return masks[slice].map { $0[pixel] != 0 } ?? false
        }

        /// Labels everything that is joined to a voxel and still -1; returns how many voxels that are.
        func flood(from seed: Int, label: Int32, component: inout [Int32]) -> Int {
            let plane = rows.count * columns.count
            var pending = [seed]
            component[seed] = label
            var size = 0
            while let index = pending.popLast() {
                size += 1
                let column = index % columns.count
                let row = index / columns.count % rows.count
                func visit(_ neighbour: Int) {
                    guard component.indices.contains(neighbour), component[neighbour] == -1 else { return }
                    component[neighbour] = label
                    pending.append(neighbour)
                }
                if column > 0 { visit(index - 1) }
                if column < columns.count - 1 { visit(index + 1) }
                if row > 0 { visit(index - columns.count) }
                if row < rows.count - 1 { visit(index + columns.count) }
                visit(index - plane)
                visit(index + plane)
            }
            return size
        }
    }
}
