/// Binary morphology on one plane, row-major bytes 0 or 1.
package enum PlaneMorphology {
    /// Erosion, then dilation, by a 3 × 3 square; outside the plane counts as set, so the border does not erode.
    static func opened3x3(_ mask: [UInt8], columns: Int, rows: Int) -> [UInt8] {
        let eroded = neighbourhood(mask, columns, rows) { min($0, $1) }
        return neighbourhood(eroded, columns, rows) { max($0, $1) }
    }

    private static func neighbourhood(
        _ mask: [UInt8],
        _ columns: Int,
        _ rows: Int,
        _ combine: (UInt8, UInt8) -> UInt8
    ) -> [UInt8] {
        var across = mask
        for row in 0..<rows {
            for column in 0..<columns {
                let index = row * columns + column
                var value = mask[index]
                if column > 0 { value = combine(value, mask[index - 1]) }
                if column + 1 < columns { value = combine(value, mask[index + 1]) }
                across[index] = value
            }
        }
        var result = across
        for row in 0..<rows {
            for column in 0..<columns {
                let index = row * columns + column
                if row > 0 { result[index] = combine(result[index], across[index - columns]) }
                if row + 1 < rows { result[index] = combine(result[index], across[index + columns]) }
            }
        }
        return result
    }

    /// Sets what the outside cannot reach through 4-connected steps from the border.
    package static func filled(_ mask: [UInt8], columns: Int, rows: Int) -> [UInt8] {
        var isOutside = [Bool](repeating: false, count: mask.count)
        var stack: [Int] = []
        func visit(_ index: Int) {
            if mask[index] == 0, !isOutside[index] {
                isOutside[index] = true
                stack.append(index)
            }
        }
        for column in 0..<columns {
            visit(column)
            visit((rows - 1) * columns + column)
        }
        for row in 0..<rows {
            visit(row * columns)
            visit(row * columns + columns - 1)
        }
        while let index = stack.popLast() {
            let column = index % columns
            if column > 0 { visit(index - 1) }
            if column + 1 < columns { visit(index + 1) }
            if index >= columns { visit(index - columns) }
            if index + columns < mask.count { visit(index + columns) }
        }
        return isOutside.map { $0 ? 0 : 1 }
    }

    /// Opening by a disc that keeps large parts only.
    ///
    /// Pixels deeper than `radius` form cores; the largest core, and any other with 40 % of its area (two thighs), is
    /// grown back by `radius`. Where `inside` is 0 nothing was imaged: that does not erode.
    static func opened(_ mask: [UInt8], inside: [UInt8], columns: Int, rows: Int, radius: Double) -> [UInt8] {
        let background = zip(mask, inside).map { UInt8($0 == 0 && $1 != 0 ? 1 : 0) }
        let depth = squaredDistance(to: background, columns: columns, rows: rows)
        let limit = Float(radius * radius)
        let cores = zip(mask, depth).map { UInt8($0 != 0 && $1 > limit ? 1 : 0) }
        let (labels, areas) = components(cores, columns: columns, rows: rows)
        guard let largest = areas.max() else { return [UInt8](repeating: 0, count: mask.count) }
        let kept = labels.map { UInt8($0 > 0 && Double(areas[$0 - 1]) >= 0.4 * Double(largest) ? 1 : 0) }
        let reach = squaredDistance(to: kept, columns: columns, rows: rows)
        return zip(mask, reach).map { UInt8($0 != 0 && $1 <= limit ? 1 : 0) }
    }

    /// 4-connected parts: a number from 1 for each set pixel, and the area of each part.
    static func components(_ mask: [UInt8], columns: Int, rows: Int) -> (labels: [Int], areas: [Int]) {
        var labels = [Int](repeating: 0, count: mask.count)
        var areas: [Int] = []
        var stack: [Int] = []
        for start in mask.indices where mask[start] != 0 && labels[start] == 0 {
            areas.append(0)
            labels[start] = areas.count
            stack.append(start)
            while let index = stack.popLast() {
                areas[areas.count - 1] += 1
                let column = index % columns
                func visit(_ next: Int) {
                    if mask[next] != 0, labels[next] == 0 {
                        labels[next] = areas.count
                        stack.append(next)
                    }
                }
                if column > 0 { visit(index - 1) }
                if column + 1 < columns { visit(index + 1) }
                if index >= columns { visit(index - columns) }
                if index + columns < mask.count { visit(index + columns) }
            }
        }
        return (labels, areas)
    }

    /// The squared distance in pixels to the nearest set pixel; a very large number where none is set.
    ///
    /// Felzenszwalb, Huttenlocher: Distance Transforms of Sampled Functions, 2012: lower envelope of parabolas, rows
    /// after columns.
    static func squaredDistance(to mask: [UInt8], columns: Int, rows: Int) -> [Float] {
        let far: Float = 1e12
        var distance = mask.map { $0 != 0 ? 0 : far }
        var line = [Float](repeating: 0, count: max(columns, rows))
        for column in 0..<columns {
            for row in 0..<rows { line[row] = distance[row * columns + column] }
            let transformed = lowerEnvelope(line, count: rows)
            for row in 0..<rows { distance[row * columns + column] = transformed[row] }
        }
        for row in 0..<rows {
            for column in 0..<columns { line[column] = distance[row * columns + column] }
            let transformed = lowerEnvelope(line, count: columns)
            for column in 0..<columns { distance[row * columns + column] = transformed[column] }
        }
        return distance
    }

    private static func lowerEnvelope(_ heights: [Float], count: Int) -> [Float] {
        var sites = [Int](repeating: 0, count: count)
        var starts = [Double](repeating: -.infinity, count: count + 1)
        var last = 0
        starts[1] = .infinity
        func crossing(_ a: Int, _ b: Int) -> Double {
            let left = Double(heights[a]) + Double(a * a)
            let right = Double(heights[b]) + Double(b * b)
            return (right - left) / Double(2 * (b - a))
        }
        for site in 1..<max(count, 1) {
            var start = crossing(sites[last], site)
            while last > 0, start <= starts[last] {
                last -= 1
                start = crossing(sites[last], site)
            }
            last += 1
            sites[last] = site
            starts[last] = start
            starts[last + 1] = .infinity
        }
        var nearest = 0
        return (0..<count).map { position in
            while starts[nearest + 1] < Double(position) { nearest += 1 }
            let step = Float(position - sites[nearest])
            return heights[sites[nearest]] + step * step
        }
    }
}

/// The largest 6-connected part of a volume; the first in memory order where two are equal.
func largestComponent(_ mask: [UInt8], size: GridSize) -> [UInt8] {
    var labels = [Int32](repeating: 0, count: mask.count)
    var best: (label: Int32, count: Int) = (0, 0)
    var next: Int32 = 0
    var stack: [Int] = []
    let plane = size.x * size.y
    for start in mask.indices where mask[start] != 0 && labels[start] == 0 {
        next += 1
        labels[start] = next
        stack.append(start)
        var count = 0
        while let index = stack.popLast() {
            count += 1
            let x = index % size.x
            let y = index / size.x % size.y
            func visit(_ neighbour: Int) {
                if mask[neighbour] != 0, labels[neighbour] == 0 {
                    labels[neighbour] = next
                    stack.append(neighbour)
                }
            }
            if x > 0 { visit(index - 1) }
            if x + 1 < size.x { visit(index + 1) }
            if y > 0 { visit(index - size.x) }
            if y + 1 < size.y { visit(index + size.x) }
            if index >= plane { visit(index - plane) }
            if index + plane < mask.count { visit(index + plane) }
        }
        if count > best.count { best = (next, count) }
    }
    return labels.map { $0 == best.label && best.count > 0 ? 1 : 0 }
}
