import COneDNN
import Tensors

/// How a layer's weights are cut and where the parts lie.
///
/// A matrix is cut into tiles of outputs, each a task of its own, so that every weight is read once; fp32 sums are cut too,
/// because one running sum over thousands of terms loses a digit. All of this depends on sizes alone.
struct PackedLayout: Sendable, Hashable {
    let precision: NetworkPrecision
    /// How many matrices there are.
    let groups: Int
    /// Rows and columns of each.
    let outputs: Int
    let inputs: Int

    /// Outputs of a tile; the last one may have fewer.
    let tileWidth: Int
    /// The terms of sums that are computed at once.
    let blocks: [Range<Int>]
    /// Bytes of a block of a whole tile, and of one of the last.
    private let blockBytes: [Int]
    private let lastBlockBytes: [Int]

    /// nil where the library has no such product on this CPU.
    init?(precision: NetworkPrecision, groups: Int, outputs: Int, inputs: Int) {
        (self.precision, self.groups, self.outputs, self.inputs) = (precision, groups, outputs, inputs)
        tileWidth = outputs <= 192 ? outputs : inputs >= 2_048 ? 64 : 128
        blocks = precision == .float32 ? sumBlocks(inputs) : [0..<inputs]
        let lastWidth = (outputs - 1) % tileWidth + 1
        var sizes: [[Int]] = []
        for width in [tileWidth, lastWidth] {
            var bytes: [Int] = []
            for block in blocks {
                let shape = Self.shape(precision, rows: 64, columns: width, terms: block.count, inputs: inputs)
                guard let product = CompiledProducts.product(shape) else { return nil }
                bytes.append((product.packedBytes + 63) / 64 * 64)
            }
            sizes.append(bytes)
        }
        (blockBytes, lastBlockBytes) = (sizes[0], sizes[1])
    }

    /// The number of tiles of a matrix.
    var tiles: Int { (outputs + tileWidth - 1) / tileWidth }

    /// The outputs of a tile.
    func columns(of tile: Int) -> Range<Int> { tile * tileWidth..<min(outputs, (tile + 1) * tileWidth) }

    /// Where a block of a tile begins.
    func offset(group: Int, tile: Int, block: Int) -> Int {
        let sizes = tile == tiles - 1 ? lastBlockBytes : blockBytes
        let tileBytes = blockBytes.reduce(0, +)
        return group * groupBytes + tile * tileBytes + sizes[..<block].reduce(0, +)
    }

    private var groupBytes: Int { (tiles - 1) * blockBytes.reduce(0, +) + lastBlockBytes.reduce(0, +) }
    /// Bytes of all weights.
    var weightBytes: Int { groups * groupBytes }
    /// Bytes of the scales and sums of integer weights, both `[groups · outputs]`.
    private var scaleBytes: Int { precision == .integer8 ? (4 * groups * outputs + 63) / 64 * 64 : 0 }
    /// Where the scales and the sums begin.
    var scalesOffset: Int { weightBytes }
    var sumsOffset: Int { weightBytes + scaleBytes }
    /// Bytes of everything.
    var bytes: Int { weightBytes + 2 * scaleBytes }

    /// Bytes of an element of a row that is multiplied.
    var elementBytes: Int {
        switch precision {
        case .float32: 4
        case .bfloat16: 2
        case .integer8: 1
        }
    }

    /// The compiled product of so many rows with a block of a tile.
    func product(rows: Int, tile: Int, block: Int) -> CompiledProduct {
        var shape = Self.shape(
            precision,
            rows: rows,
            columns: columns(of: tile).count,
            terms: blocks[block].count,
            inputs: inputs
        )
        shape.adds = block > 0
        guard let product = CompiledProducts.product(shape) else {
            preconditionFailure("oneDNN has a product for 64 rows but none for \(rows)")
        }
        return product
    }

    private static func shape(
        _ precision: NetworkPrecision,
        rows: Int,
        columns: Int,
        terms: Int,
        inputs: Int
    ) -> ProductShape {
        var shape = ProductShape()
        (shape.rows, shape.columns, shape.inner) = (rows, columns, terms)
        (shape.leftRow, shape.leftColumn) = (inputs, 1)
        // The weight before it is packed: a row for each output.
        (shape.rightRow, shape.rightColumn) = (1, inputs)
        shape.resultRow = columns
        shape.precision = precision
        shape.isPacked = true
        return shape
    }
}
