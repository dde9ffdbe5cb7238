/// The 8-connected components of a mask, in the raster order of their first pixels.
struct ConnectedComponents: Sendable {
    struct Component: Sendable, Hashable {
        var area = 0
        /// Inclusive.
        var firstColumn: Int
        var firstRow: Int
        var lastColumn: Int
        var lastRow: Int
    }

    let components: [Component]
    /// The component of every pixel, −1 outside.
    let labels: [Int32]

    init(_ mask: [Bool], columns: Int) {
        var labels = [Int32](repeating: -1, count: mask.count)
        var components: [Component] = []
        var pending: [Int] = []
        for start in mask.indices where mask[start] && labels[start] < 0 {
            let number = Int32(components.count)
            let (row, column) = start.quotientAndRemainder(dividingBy: columns)
            var component = Component(firstColumn: column, firstRow: row, lastColumn: column, lastRow: row)
            labels[start] = number
            pending.append(start)
            while let pixel = pending.popLast() {
                let (row, column) = pixel.quotientAndRemainder(dividingBy: columns)
                component.area += 1
                component.firstColumn = min(component.firstColumn, column)
                component.lastColumn = max(component.lastColumn, column)
                component.firstRow = min(component.firstRow, row)
                component.lastRow = max(component.lastRow, row)
                for y in max(0, row - 1)...min(mask.count / columns - 1, row + 1) {
                    for x in max(0, column - 1)...min(columns - 1, column + 1) {
                        let neighbour = y * columns + x
                        guard mask[neighbour], labels[neighbour] < 0 else { continue }
                        labels[neighbour] = number
                        pending.append(neighbour)
                    }
                }
            }
            components.append(component)
        }
        self.components = components
        self.labels = labels
    }

    /// The largest; the first of equals.
    var largest: Int? {
        components.indices.reduce(nil as Int?) { best, index in
            best.map { components[index].area > components[$0].area ? index : $0 } ?? index
        }
    }
}
