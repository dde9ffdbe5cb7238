/// A box of voxels within a grid, for work on one structure at a time.
struct GridWindow {
    let size: GridSize
    private let whole: GridSize
    private let low: (x: Int, y: Int, z: Int)

    /// The box of values above 0 with a margin, clipped to the grid; `nil` where there are none.
    init?(of values: [Float], size whole: GridSize, margin: (x: Int, y: Int, z: Int)) {
        var low = (x: whole.x, y: whole.y, z: whole.z)
        var high = (x: -1, y: -1, z: -1)
        for z in 0..<whole.z {
            for y in 0..<whole.y {
                let row = (z * whole.y + y) * whole.x
                for x in 0..<whole.x where values[row + x] > 0 {
                    low = (min(low.x, x), min(low.y, y), min(low.z, z))
                    high = (max(high.x, x), max(high.y, y), max(high.z, z))
                }
            }
        }
        guard high.x >= 0 else { return nil }
        low = (max(0, low.x - margin.x), max(0, low.y - margin.y), max(0, low.z - margin.z))
        high = (
            min(whole.x - 1, high.x + margin.x), min(whole.y - 1, high.y + margin.y),
            min(whole.z - 1, high.z + margin.z)
        )
        self.whole = whole
        self.low = low
        size = GridSize(x: high.x - low.x + 1, y: high.y - low.y + 1, z: high.z - low.z + 1)
    }

    /// The window's first voxel in the whole grid.
    var first: (x: Int, y: Int, z: Int) { low }

    /// The part of a whole-grid array in the window, x fastest.
    func crop<Element>(_ values: [Element]) -> [Element] {
        var cropped: [Element] = []
        cropped.reserveCapacity(size.count)
        for z in 0..<size.z {
            for y in 0..<size.y {
                let start = ((z + low.z) * whole.y + y + low.y) * whole.x + low.x
                cropped.append(contentsOf: values[start..<start + size.x])
            }
        }
        return cropped
    }

    /// A whole-grid array with a window's values and zeros around them.
    func expand(_ values: [Float], to whole: GridSize) -> [Float] {
        var expanded = [Float](repeating: 0, count: whole.count)
        for z in 0..<size.z {
            for y in 0..<size.y {
                let start = ((z + low.z) * whole.y + y + low.y) * whole.x + low.x
                let part = (z * size.y + y) * size.x
                expanded.replaceSubrange(start..<start + size.x, with: values[part..<part + size.x])
            }
        }
        return expanded
    }

    /// For each voxel of the window in a plane of the whole grid: its index in that plane, and in the window.
    @inline(__always)
    func forEach(inPlane z: Int, _ body: (_ inPlane: Int, _ inWindow: Int) -> Void) {
        guard z >= low.z, z < low.z + size.z else { return }
        for y in 0..<size.y {
            let start = (y + low.y) * whole.x + low.x
            let part = ((z - low.z) * size.y + y) * size.x
            for x in 0..<size.x { body(start + x, part + x) }
        }
    }
}
