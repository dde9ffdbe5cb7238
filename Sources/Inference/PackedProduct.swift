import CKernels
import Synchronization
import Tensors

/// A layer's product with packed weights; packs them when it is first used, where nobody did before.
final class PackedProduct: PreparedProduct {
    let precision: NetworkPrecision
    private let layout: PackedLayout
    private let source: WeightsToPrepare
    private let packed: Mutex<PackedWeights?>

    init(_ layout: PackedLayout, _ source: WeightsToPrepare, packed: PackedWeights? = nil) {
        precision = layout.precision
        self.layout = layout
        self.source = source
        self.packed = Mutex(packed)
    }

    /// The packed weights; others who ask while they are packed wait.
    var weights: PackedWeights {
        packed.withLock { packed in
            if let packed { return packed }
            guard let made = PackedWeights(layout, packing: source.matrix()) else {
                preconditionFailure("oneDNN has a layout for weights but cannot pack them")
            }
            packed = made
            return made
        }
    }

    /// `[outputs]`, or nil.
    var bias: Tensor? { source.bias }

    /// Whether the weights are packed already.
    var isPacked: Bool { packed.withLock { $0 != nil } }

    /// Replaces the packed weights by the same ones in other memory.
    func take(_ weights: PackedWeights) {
        precondition(weights.layout == layout, "packed weights of another layer")
        packed.withLock { $0 = weights }
    }

    func callAsFunction(_ x: Tensor, activation: Activation) -> Tensor {
        precondition(x.lastAxis == layout.inputs && layout.groups == 1, "\(x.shape) for \(layout.inputs) inputs")
        return Tensor(shape: x.shape.dropLast() + [layout.outputs]) { result in
            x.withPointer { x in
                let source = RowSource(base: x, length: layout.inputs, patches: nil)
                run([source], rows: result.count / layout.outputs, activation: activation, into: result.start)
            }
        }
    }

    func callAsFunction(patchesOf x: Tensor, _ patches: KernelPatches, activation: Activation) -> Tensor {
        let shape = [x.shape[0], patches.output_rows, patches.output_columns, layout.outputs]
        return Tensor(shape: shape) { result in
            x.withPointer { x in
                let source = RowSource(base: x, length: layout.inputs, patches: patches)
                run([source], rows: result.count / layout.outputs, activation: activation, into: result.start)
            }
        }
    }

    func callAsFunction(phasesOf x: Tensor, _ phases: [KernelPatches], activation: Activation) -> Tensor {
        precondition(phases.count == layout.groups, "\(phases.count) phases for \(layout.groups) groups")
        let (rows, columns) = (x.shape[1], x.shape[2])
        let places = (0..<phases.count).map { phase in
            (0..<x.shape[0] * rows * columns).map { pixel in
                // Rows of the batch follow one another before and after.
                let (row, column) = pixel.quotientAndRemainder(dividingBy: columns)
                return Int32((2 * row + phase / 2) * 2 * columns + 2 * column + phase % 2)
            }
        }
        return Tensor(shape: [x.shape[0], 2 * rows, 2 * columns, layout.outputs]) { result in
            x.withPointer { x in
                let sources = phases.map { RowSource(base: x, length: layout.inputs, patches: $0) }
                run(sources, rows: places[0].count, places, activation: activation, into: result.start)
            }
        }
    }

    private func run(
        _ sources: [RowSource],
        rows: Int,
        _ places: [[Int32]] = [],
        activation: Activation,
        into result: UnsafeMutablePointer<Float>
    ) {
        let weights = weights
        withOptionalPointer(source.bias) { bias in
            ProductRun(
                weights: weights,
                sources: sources,
                rows: rows,
                places: places,
                bias: bias,
                activation: activation,
                result: result
            ).compute()
        }
    }
}
