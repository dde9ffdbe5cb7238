import CKernels
import Tensors

/// One multiplication of rows with packed weights.
///
/// How it is divided depends on sizes alone, and every element is written by one task: the result is the same for any
/// number of threads.
struct ProductRun {
    let weights: PackedWeights
    /// For each group the rows that it multiplies.
    let sources: [RowSource]
    /// Rows of each group.
    let rows: Int
    /// For each group the places of its rows in the result; empty where they follow one another.
    let places: [[Int32]]
    let bias: UnsafePointer<Float>?
    let activation: Activation
    /// `[…, outputs]`.
    let result: UnsafeMutablePointer<Float>

    private var layout: PackedLayout { weights.layout }

    /// Computes it on as many threads as it is worth.
    func compute() {
        guard rows > 0 else { return }
        let isManyRows = rows >= 2_048 && layout.weightBytes <= 2 * Self.nearBytes
        if layout.groups == 1, rows >= 64, isManyRows || layout.weightBytes <= Self.nearBytes {
            computeByRows()
        } else {
            computeByTiles()
        }
    }

    /// Weights that stay in a core's own cache.
    private static let nearBytes = 1 << 20
    /// Multiplications below which another thread costs more than it saves.
    private static let leastWork = 1 << 19

    // MARK: Division

    /// Small weights: each task converts some rows and multiplies them with all tiles.
    private func computeByRows() {
        let block = rows >= 8_192 ? 256 : rows >= 1_024 ? 128 : 64
        ComputeThreads.perform((rows + block - 1) / block) { task in
            let range = task * block..<min(rows, (task + 1) * block)
            let source = sources[0]
            if layout.precision == .float32, source.patches == nil {
                let first = UnsafeRawPointer(source.base + range.lowerBound * layout.inputs)
                return multiply(Rows(range, first: first, staged: nil), group: 0, tiles: 0..<layout.tiles)
            }
            StagedRows.with(rows: range.count, length: layout.inputs, layout.precision) { staged in
                source.write(range, to: staged, at: 0)
                let part = Rows(range, first: staged.row(0), staged: (staged, 0))
                multiply(part, group: 0, tiles: 0..<layout.tiles)
            }
        }
    }

    /// Large weights: all rows are converted once, then each task takes some outputs, so that weights are read once.
    private func computeByTiles() {
        if layout.precision == .float32, sources.allSatisfy({ $0.patches == nil }) { return multiplyTiles(nil) }
        let count = layout.groups * rows
        StagedRows.with(rows: count, length: layout.inputs, layout.precision) { staged in
            ComputeThreads.overRows(count, elementsPerRow: 2 * layout.inputs) { range in
                for group in range.isEmpty ? 0..<0 : range.lowerBound / rows..<(range.upperBound - 1) / rows + 1 {
                    let part = range.clamped(to: group * rows..<(group + 1) * rows)
                    let own = part.lowerBound - group * rows..<part.upperBound - group * rows
                    sources[group].write(own, to: staged, at: part.lowerBound)
                }
            }
            multiplyTiles(staged)
        }
    }

    private func multiplyTiles(_ staged: StagedRows?) {
        let tiles = layout.groups * layout.tiles
        let work = tiles * rows * layout.inputs * layout.tileWidth
        let tasks = min(tiles, max(1, work / Self.leastWork))
        ComputeThreads.perform(tasks) { task in
            for index in tiles * task / tasks..<tiles * (task + 1) / tasks {
                let (group, tile) = index.quotientAndRemainder(dividingBy: layout.tiles)
                for first in stride(from: 0, to: rows, by: Self.rowBlock) {
                    let range = first..<min(rows, first + Self.rowBlock)
                    let place = group * rows + first
                    let address =
                        staged?.row(place) ?? UnsafeRawPointer(sources[group].base + first * layout.inputs)
                    let part = Rows(range, first: address, staged: staged.map { ($0, place) })
                    multiply(part, group: group, tiles: tile..<tile + 1)
                }
            }
        }
    }

    private static let rowBlock = 256

    // MARK: Tiles

    /// Rows of a group as they are multiplied.
    private struct Rows {
        let range: Range<Int>
        let first: UnsafeRawPointer
        let staged: (rows: StagedRows, place: Int)?

        init(_ range: Range<Int>, first: UnsafeRawPointer, staged: (StagedRows, Int)?) {
            (self.range, self.first, self.staged) = (range, first, staged)
        }
    }

    private func multiply(_ rows: Rows, group: Int, tiles: Range<Int>) {
        let bytes = 4 * rows.range.count * layout.tileWidth
        let memory = TensorMemory.allocate(bytes: bytes)
        defer { TensorMemory.free(memory, bytes: bytes) }
        for tile in tiles {
            for (index, block) in layout.blocks.enumerated() {
                let isDone = layout.product(rows: rows.range.count, tile: tile, block: index).run(
                    rows.first + block.lowerBound * layout.elementBytes,
                    weights.block(group: group, tile: tile, block: index),
                    into: memory
                )
                precondition(isDone, "memory is too short to multiply matrices")
            }
            finish(memory, rows, group: group, tile: tile)
        }
    }

    /// Scales, bias and activation, while the tile is in the cache.
    private func finish(_ memory: UnsafeMutableRawPointer, _ rows: Rows, group: Int, tile: Int) {
        let columns = layout.columns(of: tile)
        var part = KernelTile()
        (part.columns, part.stride) = (columns.count, columns.count)
        part.bias = bias.map { $0 + columns.lowerBound }
        if layout.precision == .integer8, let (staged, place) = rows.staged {
            let output = group * layout.outputs + columns.lowerBound
            part.integers = UnsafePointer(memory.assumingMemoryBound(to: Int32.self))
            part.row_scales = UnsafePointer(staged.scales + place)
            part.row_zeros = UnsafePointer(staged.zeros + place)
            part.weight_scales = weights.scales + output
            part.weight_sums = weights.sums + output
        } else {
            part.sums = UnsafePointer(memory.assumingMemoryBound(to: Float.self))
        }
        let (first, count, width) = (rows.range.lowerBound, rows.range.count, layout.outputs)
        let target = result + columns.lowerBound
        guard places.isEmpty else {
            return places[group].withUnsafeBufferPointer { places in
                guard let start = places.baseAddress else { return }
                kernel_finish_tile(&part, count, target, width, start + first, activation.kernel(for: layout.precision))
            }
        }
        kernel_finish_tile(&part, count, target + first * width, width, nil, activation.kernel(for: layout.precision))
    }
}
