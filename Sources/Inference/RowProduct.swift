import CKernels
import Tensors

/// A prepared product that a task applies to rows of its own, on its own thread, between other steps: what it hands from
/// step to step stays in the core's cache.
package struct RowProduct {
    private let weights: PackedWeights
    private let bias: Tensor?

    /// What its rows are multiplied in.
    package var precision: NetworkPrecision { weights.layout.precision }
    package var inputs: Int { weights.layout.inputs }
    package var outputs: Int { weights.layout.outputs }

    /// Where results go.
    package struct Target {
        /// In fp32, or nil.
        var floats: UnsafeMutablePointer<Float>?
        /// Rounded to bf16, or nil.
        var halves: UnsafeMutablePointer<UInt16>?
        /// Where each row lies; nil where they follow one another.
        var places: UnsafePointer<Int32>?
        /// Laid out as the results, added to them before the activation.
        var residual: UnsafePointer<Float>?

        /// Results in fp32, rows side by side.
        package init(
            _ floats: UnsafeMutablePointer<Float>,
            places: UnsafePointer<Int32>? = nil,
            residual: UnsafePointer<Float>? = nil
        ) {
            (self.floats, self.places, self.residual) = (floats, places, residual)
        }

        /// Results in bf16, rows side by side.
        package init(rounded halves: UnsafeMutablePointer<UInt16>) { self.halves = halves }
    }

    /// nil for a layer without prepared weights, or whose own weights are wanted now.
    package init?(_ layer: Linear) {
        guard !layer.isTracked else { return nil }
        self.init(layer.prepared)
    }

    /// A transposed convolution of 2×2 taps as a product of pixels: the outputs of one phase after those of another. nil for
    /// other layers.
    package init?(_ layer: TransposedConvolution) {
        guard !layer.isTracked else { return nil }
        self.init(layer.prepared)
    }

    private init?(_ prepared: (any PreparedProduct)?) {
        guard let prepared = prepared as? PackedProduct, prepared.isWanted else { return nil }
        (weights, bias) = (prepared.weights, prepared.bias)
        guard weights.layout.groups == 1 else { return nil }
    }

    /// Multiplies the first `count` rows.
    package func callAsFunction(
        _ rows: StagedRows,
        count: Int,
        activation: Activation = .identity,
        into target: Target
    ) {
        precondition(rows.precision == precision, "rows in \(rows.precision) for weights in \(precision)")
        let layout = weights.layout
        let bytes = 4 * count * layout.tileWidth
        let memory = TensorMemory.allocate(bytes: bytes)
        defer { TensorMemory.free(memory, bytes: bytes) }
        withOptionalPointer(bias) { bias in
            for tile in 0..<layout.tiles {
                for (index, block) in layout.blocks.enumerated() {
                    let isDone = layout.product(rows: count, tile: tile, block: index).run(
                        rows.row(0) + block.lowerBound * layout.elementBytes,
                        weights.block(group: 0, tile: tile, block: index),
                        into: memory
                    )
                    precondition(isDone, "memory is too short to multiply matrices")
                }
                finish(memory, rows, count, tile, bias, activation, target)
            }
        }
    }

    /// Scales, bias, residual and activation, while the tile is in the cache.
    private func finish(
        _ memory: UnsafeMutableRawPointer,
        _ rows: StagedRows,
        _ count: Int,
        _ tile: Int,
        _ bias: UnsafePointer<Float>?,
        _ activation: Activation,
        _ target: Target
    ) {
        let columns = weights.layout.columns(of: tile)
        let first = columns.lowerBound
        var part = KernelTile()
        (part.columns, part.stride) = (columns.count, columns.count)
        part.bias = bias.map { $0 + first }
        part.residual = target.residual.map { $0 + first }
        part.halves = target.halves.map { $0 + first }
        if precision == .integer8 {
            part.integers = UnsafePointer(memory.assumingMemoryBound(to: Int32.self))
            (part.row_scales, part.row_zeros) = (UnsafePointer(rows.scales), UnsafePointer(rows.zeros))
            (part.weight_scales, part.weight_sums) = (weights.scales + first, weights.sums + first)
        } else {
            part.sums = UnsafePointer(memory.assumingMemoryBound(to: Float.self))
        }
        let floats = target.floats.map { $0 + first }
        kernel_finish_tile(&part, count, floats, outputs, target.places, activation.kernel(for: precision))
    }
}
