import Inference
import Tensors

/// A bottleneck in bf16 when nothing is trained: a band of rows is a task, which keeps the three rows of the hidden map that
/// its next output row reads.
extension Bottleneck {
    /// The two products with prepared weights.
    struct Products {
        let expand: RowProduct
        let project: RowProduct
    }

    /// What follows the last convolution.
    struct End {
        /// What is added, laid out as the result.
        var residual: Tensor?
        var activation = Activation.identity
    }

    /// Where the hidden map's rows come from.
    enum HiddenRows {
        /// They are computed from the input.
        case expanded(Tensor)
        /// Each of a row's bytes stands for a row of the table `[256, hidden]` in bf16.
        case lookedUp([UInt8], table: [UInt16])
    }

    /// nil where weights are not prepared in bf16.
    var products: Products? {
        guard let first = RowProduct(expand), let last = RowProduct(project),
            first.precision == .bfloat16, last.precision == .bfloat16
        else { return nil }
        return Products(expand: first, project: last)
    }

    /// `[n/stride, n/stride, outputs]`.
    func inferred(_ source: HiddenRows, grid: Int, _ products: Products, end: End) -> Tensor {
        let outputGrid = grid / depthwise.stride
        return Tensor(shape: [outputGrid, outputGrid, products.project.outputs]) { result in
            let target = result.address
            withOptionalPointer(end.residual) { residual in
                let tasks = (outputGrid + Self.rowsOfBand - 1) / Self.rowsOfBand
                ComputeThreads.perform(tasks) { task in
                    let rows = task * Self.rowsOfBand..<min(outputGrid, (task + 1) * Self.rowsOfBand)
                    let band = Band(
                        depthwise: depthwise,
                        products: products,
                        grid: grid,
                        source: source,
                        residual: residual,
                        activation: end.activation
                    )
                    band.run(rows, into: target)
                }
            }
        }
    }

    /// More of them would leave less work side by side, fewer would compute the rows between bands more often.
    private static let rowsOfBand = 8
}

/// Some output rows of a bottleneck.
private struct Band {
    let depthwise: DepthwiseConvolution
    let products: Bottleneck.Products
    let grid: Int
    let source: Bottleneck.HiddenRows
    let residual: UnsafePointer<Float>?
    let activation: Activation

    private var stride: Int { depthwise.stride }
    private var hidden: Int { products.project.inputs }
    private var outputs: Int { products.project.outputs }

    func run(_ rows: Range<Int>, into result: UnsafeMutablePointer<Float>) {
        let outputGrid = grid / stride
        var next = max(0, stride * rows.lowerBound - 1)
        StagedRows.with(rows: 3 * grid, length: hidden, .bfloat16) { ring in
            StagedRows.with(rows: outputGrid, length: hidden, .bfloat16) { spread in
                func place(_ row: Int) -> UnsafeMutablePointer<UInt16> { ring.halves + row % 3 * grid * hidden }
                func inside(_ row: Int) -> UnsafePointer<UInt16>? {
                    row >= 0 && row < grid ? UnsafePointer(place(row)) : nil
                }
                for row in rows {
                    let middle = stride * row
                    while next < min(grid, middle + 2) {
                        if next >= middle - 1 { write(next, to: place(next)) }
                        next += 1
                    }
                    depthwise.convolve(
                        rounded: (inside(middle - 1), inside(middle), inside(middle + 1)),
                        columns: grid,
                        activation: .gelu,
                        into: spread.halves
                    )
                    let first = row * outputGrid * outputs
                    products.project(
                        spread,
                        count: outputGrid,
                        activation: activation,
                        into: .init(result + first, residual: residual.map { $0 + first })
                    )
                }
            }
        }
    }

    /// Writes a row of the hidden map.
    private func write(_ row: Int, to target: UnsafeMutablePointer<UInt16>) {
        switch source {
        case .expanded(let x):
            let channels = products.expand.inputs
            StagedRows.with(rows: grid, length: channels, .bfloat16) { staged in
                x.withPointer { staged.write($0 + row * grid * channels, grid) }
                products.expand(staged, count: grid, activation: .gelu, into: .init(rounded: target))
            }
        case .lookedUp(let bytes, let table):
            table.withUnsafeBufferPointer { table in
                guard let start = table.baseAddress else { return }
                for column in 0..<grid {
                    let byte = Int(bytes[row * grid + column])
                    (target + column * hidden).update(from: start + byte * hidden, count: hidden)
                }
            }
        }
    }
}
