import DICOMSegmentation

/// Connected components of a stack of masks, found on runs of pixels: memory goes with the outlines, not with the volume.
struct RunComponents {
    /// A run within one row.
    private struct Run {
        let row: Int32
        /// Columns `start..<end`.
        let start: Int32
        let end: Int32

        func meets(_ other: Run) -> Bool { start < other.end && other.start < end }
    }

    private var runs: [Run] = []
    /// For each run an earlier or the same one of its component; the first run of a component is its own.
    private var parents: [Int32] = []
    /// The runs of each slice that was added.
    private var members: [Int: Range<Int>] = [:]

    /// Adds the mask of a slice; slices come in ascending order.
    mutating func add(_ mask: FrameMask, slice: Int) {
        let first = runs.count
        for run in mask.runs {
            var start = run.lowerBound
            while start < run.upperBound {
                let row = start / mask.columns
                let end = min(run.upperBound, (row + 1) * mask.columns)
                let column = start - row * mask.columns
                runs.append(Run(row: Int32(row), start: Int32(column), end: Int32(column + end - start)))
                parents.append(Int32(runs.count - 1))
                start = end
            }
        }
        let added = first..<runs.count
        members[slice] = added
        join(added, added, rowStep: 1)
        if let before = members[slice - 1] { join(added, before, rowStep: 0) }
    }

    /// The first runs of the largest components, at most `count`; none where there is no pixel.
    mutating func largest(_ count: Int) -> Set<Int32> {
        var sizes: [Int32: Int] = [:]
        for index in runs.indices {
            sizes[root(of: Int32(index)), default: 0] += Int(runs[index].end - runs[index].start)
        }
        let ordered = sizes.sorted { ($1.value, $0.key) < ($0.value, $1.key) }
        return Set(ordered.prefix(count).map(\.key))
    }

    /// The pixels of components in a slice.
    mutating func mask(of components: Set<Int32>, in slice: Int, like mask: FrameMask) -> FrameMask {
        var kept: [Range<Int>] = []
        for index in members[slice] ?? 0..<0 where components.contains(root(of: Int32(index))) {
            let base = Int(runs[index].row) * mask.columns
            kept.append(base + Int(runs[index].start)..<base + Int(runs[index].end))
        }
        return FrameMask(rows: mask.rows, columns: mask.columns, runs: kept)
    }

    /// Joins each run of one group with those of another that lie `rowStep` rows before it and share a column.
    private mutating func join(_ group: Range<Int>, _ others: Range<Int>, rowStep: Int32) {
        var other = others.lowerBound
        for index in group {
            let row = runs[index].row - rowStep
            // What ends before this run begins cannot meet a later one: both groups ascend.
            while other < others.upperBound,
                (runs[other].row, runs[other].end) <= (row, runs[index].start)
            {
                other += 1
            }
            var candidate = other
            while candidate < others.upperBound, runs[candidate].row == row, runs[candidate].start < runs[index].end {
                if runs[candidate].meets(runs[index]) { unite(Int32(candidate), Int32(index)) }
                candidate += 1
            }
        }
    }

    private mutating func unite(_ left: Int32, _ right: Int32) {
        let (left, right) = (root(of: left), root(of: right))
        parents[Int(max(left, right))] = min(left, right)
    }

    private mutating func root(of index: Int32) -> Int32 {
        var index = index
        while parents[Int(index)] != index {
            parents[Int(index)] = parents[Int(parents[Int(index)])]
            index = parents[Int(index)]
        }
        return index
    }
}
