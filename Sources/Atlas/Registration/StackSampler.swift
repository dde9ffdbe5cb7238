import Geometry

/// One slice averaged over blocks of pixels.
struct ReducedPlane {
    let columns: Int
    let rows: Int
    let values: [Float]
    /// Pixels in a block along columns and rows.
    let blockColumns: Int
    let blockRows: Int
    /// Where the first block begins. Pixels that fill no block are left out at the end that lies furthest to the left, back or
    /// head, so that the same scan gives the same blocks from whichever end its rows and columns are stored.
    private let firstColumn: Int
    private let firstRow: Int

    init(_ pixels: [Float], plane: PlaneGeometry, edge: Double, padding: Float) {
        func factor(_ spacing: Double, _ count: Int) -> Int {
            min(count, max(1, Int((edge / spacing + 0.05).rounded(.down))))
        }
        let blockColumns = factor(plane.columnSpacing, plane.columns)
        let blockRows = factor(plane.rowSpacing, plane.rows)
        let columns = plane.columns / blockColumns
        let rows = plane.rows / blockRows
        self.blockColumns = blockColumns
        self.blockRows = blockRows
        self.columns = columns
        self.rows = rows
        let firstColumn = Self.isDescending(plane.rowDirection) ? plane.columns - columns * blockColumns : 0
        let firstRow = Self.isDescending(plane.columnDirection) ? plane.rows - rows * blockRows : 0
        self.firstColumn = firstColumn
        self.firstRow = firstRow
        let scale = 1 / Float(blockColumns * blockRows)
        values = pixels.withUnsafeBufferPointer { source in
            makePlanes(rows, of: columns) { row, output in
                for column in 0..<columns {
                    var sum: Float = 0
                    let (left, top) = (firstColumn + column * blockColumns, firstRow + row * blockRows)
                    for j in top..<top + blockRows {
                        for i in left..<left + blockColumns {
                            let value = source[j * plane.columns + i]
                            sum += value.isFinite ? value : padding
                        }
                    }
                    output[column] = sum * scale
                }
            }
        }
    }

    /// The bilinear value at a source pixel position.
    func sample(column: Double, row: Double) -> Float {
        let x = clamp((column - Double(firstColumn) - Double(blockColumns - 1) / 2) / Double(blockColumns), columns)
        let y = clamp((row - Double(firstRow) - Double(blockRows - 1) / 2) / Double(blockRows), rows)
        let x0 = Int(x)
        let y0 = Int(y)
        let dx = x0 + 1 < columns ? 1 : 0
        let dy = y0 + 1 < rows ? columns : 0
        let fx = Float(x - Double(x0))
        let fy = Float(y - Double(y0))
        let base = y0 * columns + x0
        let near = values[base] + (values[base + dx] - values[base]) * fx
        let far = values[base + dy] + (values[base + dy + dx] - values[base + dy]) * fx
        return near + (far - near) * fy
    }

    /// Whether the direction runs against the patient's axis that it is nearest to.
    private static func isDescending(_ direction: Vector3) -> Bool {
        let parts = [direction.x, direction.y, direction.z]
        return (parts.max { abs($0) < abs($1) } ?? 0) < 0
    }

    private func clamp(_ value: Double, _ count: Int) -> Double { min(max(value, 0), Double(count - 1)) }
}

/// Samples a stack at patient points: bilinear in the two planes around the point, linear between them.
///
/// Planes are added as they are read and forgotten when no point needs them any more.
struct StackSampler {
    private let stack: SliceStack
    /// One entry for each plane of the stack; `nil` before it is added and after it is forgotten.
    private var planes: [ReducedPlane?]
    /// Planes below are forgotten.
    private var firstKept = 0
    private let normal: Vector3
    /// Distance of each plane along the normal, ascending.
    private let offsets: [Double]
    /// How far beyond the outer planes the stack reaches.
    private let reach: Double
    /// Distances along the normal that are averaged where planes lie closer than the wanted edge.
    private let taps: [Double]

    init(stack: SliceStack, edge: Double) {
        self.stack = stack
        planes = Array(repeating: nil, count: stack.planes.count)
        let normal = stack.normal
        self.normal = normal
        offsets = stack.planes.map { $0.offset(along: normal) }
        let step = stack.spacingBetweenSlices ?? edge
        reach = step / 2
        let count = max(1, Int((edge / step + 0.05).rounded(.down)))
        taps = (0..<count).map { (Double($0) - Double(count - 1) / 2) * step }
    }

    /// Adds a plane of the stack.
    mutating func add(_ plane: ReducedPlane, at index: Int) { planes[index] = plane }

    /// How far along the normal a point lies.
    func offset(of point: Vector3) -> Double { point.dot(normal) }

    /// The last plane that the value of a point at this offset is made from; greater for greater offsets.
    func lastPlane(at offset: Double) -> Int {
        min(firstPlane(above: offset + (taps.last ?? 0)), offsets.count - 1)
    }

    /// Forgets the planes that no point needs whose ``lastPlane(at:)`` is `next` or a later one.
    mutating func forgetPlanes(before next: Int) {
        guard next > 0, next < offsets.count, let first = taps.first, let last = taps.last else { return }
        // Such a point lies above plane next − 1 with its last tap. What rounding may change is less than 1e-6 mm.
        let lowest = firstPlane(above: offsets[next - 1] - (last - first) - 1e-6) - 1
        for index in firstKept..<max(firstKept, lowest) { planes[index] = nil }
        firstKept = max(firstKept, lowest)
    }

    /// How many planes are in memory.
    var keptCount: Int { planes.count { $0 != nil } }

    /// The box in the patient of all slices, half a pixel and half a step beyond the outer centres.
    var bounds: (low: Vector3, high: Vector3) {
        var low = Vector3(.infinity, .infinity, .infinity)
        var high = -low
        let ends = [(stack.planes[0], -reach), (stack.planes[stack.planes.count - 1], reach)]
        for (plane, beyond) in ends + stack.planes.map({ ($0, 0.0) }) {
            for corner in 0..<4 {
                let column = corner & 1 == 0 ? -0.5 : Double(plane.columns) - 0.5
                let row = corner & 2 == 0 ? -0.5 : Double(plane.rows) - 0.5
                let point = plane.patientPoint(column: column, row: row) + normal * beyond
                low = Vector3(min(low.x, point.x), min(low.y, point.y), min(low.z, point.z))
                high = Vector3(max(high.x, point.x), max(high.y, point.y), max(high.z, point.z))
            }
        }
        return (low, high)
    }

    /// The mean over the taps, or `nil` where the stack has nothing.
    func sample(_ point: Vector3) -> Float? {
        let offset = point.dot(normal)
        guard offset >= offsets[0] - reach - 1e-6, offset <= offsets[offsets.count - 1] + reach + 1e-6 else {
            return nil
        }
        var sum: Float = 0
        for tap in taps {
            guard let value = sampleBetweenPlanes(point + normal * tap, offset: offset + tap) else { return nil }
            sum += value
        }
        return sum / Float(taps.count)
    }

    private func sampleBetweenPlanes(_ point: Vector3, offset: Double) -> Float? {
        let upper = firstPlane(above: offset)
        let first = max(0, min(upper - 1, offsets.count - 1))
        let second = min(upper, offsets.count - 1)
        guard let near = sample(point, plane: first) else { return nil }
        guard second != first else { return near }
        guard let far = sample(point, plane: second) else { return nil }
        let fraction = (offset - offsets[first]) / (offsets[second] - offsets[first])
        return near + (far - near) * Float(min(max(fraction, 0), 1))
    }

    private func sample(_ point: Vector3, plane index: Int) -> Float? {
        let plane = stack.planes[index]
        let foot = plane.pixel(of: point)
        guard foot.column >= -0.5, foot.row >= -0.5,
            foot.column <= Double(plane.columns) - 0.5, foot.row <= Double(plane.rows) - 0.5
        else { return nil }
        guard let reduced = planes[index] else { preconditionFailure("a plane that is needed is in memory") }
        return reduced.sample(column: foot.column, row: foot.row)
    }

    /// The first plane whose offset is greater, by bisection.
    private func firstPlane(above offset: Double) -> Int {
        var low = 0
        var high = offsets.count
        while low < high {
            let middle = (low + high) / 2
            if offsets[middle] > offset { high = middle } else { low = middle + 1 }
        }
        return low
    }
}
