/// A box of voxels within a grid, for work on one structure at a time.
struct GridWindow: Sendable {
    let size: GridSize
    /// The window's first voxel in the whole grid.
    let first: (x: Int, y: Int, z: Int)
    private let whole: GridSize

    /// The box from `low` to `high`, both inside, with a margin, clipped to the grid.
    init(
        from low: (x: Int, y: Int, z: Int),
        to high: (x: Int, y: Int, z: Int),
        size whole: GridSize,
        margin: (x: Int, y: Int, z: Int) = (0, 0, 0)
    ) {
        precondition(low.x <= high.x && low.y <= high.y && low.z <= high.z, "a window holds a voxel")
        self.whole = whole
        first = (max(0, low.x - margin.x), max(0, low.y - margin.y), max(0, low.z - margin.z))
        size = GridSize(
            x: min(whole.x - 1, high.x + margin.x) - first.x + 1,
            y: min(whole.y - 1, high.y + margin.y) - first.y + 1,
            z: min(whole.z - 1, high.z + margin.z) - first.z + 1
        )
    }

    /// The last voxel in the whole grid.
    var last: (x: Int, y: Int, z: Int) { (first.x + size.x - 1, first.y + size.y - 1, first.z + size.z - 1) }

    /// The smallest window of the same grid that holds this one and another.
    func union(_ other: GridWindow) -> GridWindow {
        GridWindow(
            from: (min(first.x, other.first.x), min(first.y, other.first.y), min(first.z, other.first.z)),
            to: (max(last.x, other.last.x), max(last.y, other.last.y), max(last.z, other.last.z)),
            size: whole
        )
    }

    /// The window with a margin, clipped to the grid.
    func grown(by margin: (x: Int, y: Int, z: Int)) -> GridWindow {
        GridWindow(from: first, to: last, size: whole, margin: margin)
    }

    /// The box of the window's values above 0, with a margin; `nil` where there are none.
    func support(of values: [Float], margin: (x: Int, y: Int, z: Int)) -> GridWindow? {
        var low = (x: whole.x, y: whole.y, z: whole.z)
        var high = (x: -1, y: -1, z: -1)
        for z in 0..<size.z {
            for y in 0..<size.y {
                let row = (z * size.y + y) * size.x
                for x in 0..<size.x where values[row + x] > 0 {
                    low = (min(low.x, x), min(low.y, y), min(low.z, z))
                    high = (max(high.x, x), max(high.y, y), max(high.z, z))
                }
            }
        }
        guard high.x >= 0 else { return nil }
        return GridWindow(
            from: (low.x + first.x, low.y + first.y, low.z + first.z),
            to: (high.x + first.x, high.y + first.y, high.z + first.z),
            size: whole,
            margin: margin
        )
    }

    /// The part of a whole-grid array in the window, x fastest.
    func crop<Element>(_ values: [Element]) -> [Element] {
        var cropped: [Element] = []
        cropped.reserveCapacity(size.count)
        for z in 0..<size.z {
            for y in 0..<size.y {
                let start = ((z + first.z) * whole.y + y + first.y) * whole.x + first.x
                cropped.append(contentsOf: values[start..<start + size.x])
            }
        }
        return cropped
    }

    /// The values of another window of the same grid, cut to this one; 0 where the other one does not reach.
    func values(_ values: [Float], of other: GridWindow) -> [Float] {
        var result = [Float](repeating: 0, count: size.count)
        let low = (max(first.x, other.first.x), max(first.y, other.first.y), max(first.z, other.first.z))
        let high = (min(last.x, other.last.x), min(last.y, other.last.y), min(last.z, other.last.z))
        guard low.0 <= high.0, low.1 <= high.1, low.2 <= high.2 else { return result }
        for z in low.2...high.2 {
            for y in low.1...high.1 {
                let from = ((z - other.first.z) * other.size.y + y - other.first.y) * other.size.x - other.first.x
                let to = ((z - first.z) * size.y + y - first.y) * size.x - first.x
                for x in low.0...high.0 { result[to + x] = values[from + x] }
            }
        }
        return result
    }

    /// For each voxel of the window in a plane of the whole grid: its index in that plane, and in the window.
    @inline(__always)
    func forEach(inPlane z: Int, _ body: (_ inPlane: Int, _ inWindow: Int) -> Void) {
        guard z >= first.z, z < first.z + size.z else { return }
        for y in 0..<size.y {
            let start = (y + first.y) * whole.x + first.x
            let part = ((z - first.z) * size.y + y) * size.x
            for x in 0..<size.x { body(start + x, part + x) }
        }
    }
}
