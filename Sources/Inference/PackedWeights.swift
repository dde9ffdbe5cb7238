import CKernels
import COneDNN
import Tensors

/// A layer's weights in oneDNN's own layout.
///
/// `@unchecked Sendable`: the memory is written before this object exists and never again.
final class PackedWeights: @unchecked Sendable {
    let layout: PackedLayout
    let memory: UnsafeRawPointer
    private let owner: any PackedMemory

    /// Weights that somebody packed before.
    init(_ layout: PackedLayout, memory: UnsafeRawPointer, owner: any PackedMemory) {
        (self.layout, self.memory, self.owner) = (layout, memory, owner)
    }

    /// Packs a matrix `[groups · outputs, inputs]`, tiles on all threads; nil where the library refuses.
    convenience init?(_ layout: PackedLayout, packing matrix: Tensor) {
        precondition(matrix.shape == [layout.groups * layout.outputs, layout.inputs], "weights \(matrix.shape)")
        let owner = OwnedMemory(bytes: layout.bytes)
        guard matrix.withPointer({ Self.pack($0, layout, into: owner.start) }) else { return nil }
        self.init(layout, memory: UnsafeRawPointer(owner.start), owner: owner)
    }

    /// A block of a tile.
    func block(group: Int, tile: Int, block: Int) -> UnsafeRawPointer {
        memory + layout.offset(group: group, tile: tile, block: block)
    }

    /// The scales of integer weights, `[groups · outputs]`.
    var scales: UnsafePointer<Float> { (memory + layout.scalesOffset).assumingMemoryBound(to: Float.self) }
    /// The sums of integer weights, `[groups · outputs]`.
    var sums: UnsafePointer<Int32> { (memory + layout.sumsOffset).assumingMemoryBound(to: Int32.self) }

    private static func pack(
        _ matrix: UnsafePointer<Float>,
        _ layout: PackedLayout,
        into memory: UnsafeMutableRawPointer
    ) -> Bool {
        let failures = FailureCount()
        ComputeThreads.perform(layout.groups * layout.tiles) { task in
            let (group, tile) = task.quotientAndRemainder(dividingBy: layout.tiles)
            let columns = layout.columns(of: tile)
            let first = group * layout.outputs + columns.lowerBound
            let source = matrix + first * layout.inputs
            if layout.precision == .integer8 {
                withUnsafeTemporaryAllocation(of: Int8.self, capacity: columns.count * layout.inputs) { rounded in
                    guard let integers = rounded.baseAddress else { return failures.add() }
                    let scales = (memory + layout.scalesOffset).assumingMemoryBound(to: Float.self) + first
                    let sums = (memory + layout.sumsOffset).assumingMemoryBound(to: Int32.self) + first
                    kernel_quantise_weights(
                        source,
                        layout.inputs,
                        integers,
                        columns.count,
                        layout.inputs,
                        scales,
                        sums
                    )
                    pack(integers, elementBytes: 1, layout, (group, tile), into: memory, failures)
                }
            } else {
                pack(source, elementBytes: 4, layout, (group, tile), into: memory, failures)
            }
        }
        return failures.isZero
    }

    private static func pack(
        _ source: UnsafeRawPointer,
        elementBytes: Int,
        _ layout: PackedLayout,
        _ part: (group: Int, tile: Int),
        into memory: UnsafeMutableRawPointer,
        _ failures: FailureCount
    ) {
        for (index, block) in layout.blocks.enumerated() {
            let target = memory + layout.offset(group: part.group, tile: part.tile, block: index)
            let product = layout.product(rows: 64, tile: part.tile, block: index)
            if !product.pack(source + block.lowerBound * elementBytes, into: target) { failures.add() }
        }
    }
}

/// Memory that lives as long as this object.
protocol PackedMemory: AnyObject, Sendable {}

/// Memory of this process.
///
/// `@unchecked Sendable`: whoever makes it writes it before others see it.
final class OwnedMemory: PackedMemory, @unchecked Sendable {
    let start: UnsafeMutableRawPointer
    private let bytes: Int

    /// Memory of zeros.
    init(bytes: Int) {
        self.bytes = bytes
        start = TensorMemory.allocate(bytes: bytes)
        start.initializeMemory(as: UInt8.self, repeating: 0, count: bytes)
    }

    deinit { TensorMemory.free(start, bytes: bytes) }
}
