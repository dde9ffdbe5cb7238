import CKernels
import Tensors

/// The rows that a product multiplies, in fp32: those of a tensor, or the patches of images.
struct RowSource {
    let base: UnsafePointer<Float>
    /// Elements of a row.
    let length: Int
    /// How output pixels read images; nil where rows lie side by side.
    let patches: KernelPatches?

    /// Writes rows in the format of a precision, `length` elements each, as rows `place…` of the target; integers with their
    /// scales and zeros.
    func write(_ rows: Range<Int>, as precision: NetworkPrecision, to target: StagedRows, at place: Int) {
        guard patches != nil else {
            return convert(base + rows.lowerBound * length, rows.count, precision, target, place)
        }
        // A patch or two at a time: they are converted while they are in the nearest cache.
        let step = max(1, 8_192 / length)
        withUnsafeTemporaryAllocation(of: Float.self, capacity: precision == .float32 ? 0 : step * length) { room in
            for first in stride(from: rows.lowerBound, to: rows.upperBound, by: step) {
                let part = first..<min(rows.upperBound, first + step)
                let next = place + first - rows.lowerBound
                if precision == .float32 {
                    pack(part, into: target.floats + next * length)
                } else {
                    pack(part, into: room.start)
                    convert(room.start, part.count, precision, target, next)
                }
            }
        }
    }

    /// Packs patches of output pixels of a batch.
    private func pack(_ rows: Range<Int>, into target: UnsafeMutablePointer<Float>) {
        guard var layout = patches else { return }
        let pixels = layout.output_rows * layout.output_columns
        let imageSize = layout.rows * layout.columns * layout.channels
        var next = rows.lowerBound
        while next < rows.upperBound {
            let (image, first) = next.quotientAndRemainder(dividingBy: pixels)
            let end = min(pixels, first + rows.upperBound - next)
            kernel_pack_patches(
                base + image * imageSize,
                target + (next - rows.lowerBound) * length,
                &layout,
                first,
                end
            )
            next += end - first
        }
    }

    private func convert(
        _ source: UnsafePointer<Float>,
        _ rows: Int,
        _ precision: NetworkPrecision,
        _ target: StagedRows,
        _ first: Int
    ) {
        switch precision {
        case .float32: (target.floats + first * length).update(from: source, count: rows * length)
        case .bfloat16:
            kernel_round_bfloat16_rows(source, length, target.halves + first * length, rows, length)
        case .integer8:
            kernel_quantise_rows(
                source,
                length,
                target.bytes + first * length,
                rows,
                length,
                target.scales + first,
                target.zeros + first
            )
        }
    }
}

/// Memory for rows as they are multiplied.
struct StagedRows {
    private let memory: UnsafeMutableRawPointer
    private let rows: Int
    private let rowBytes: Int

    /// Calls the body with memory for so many rows.
    static func with(rows: Int, length: Int, _ layout: PackedLayout, _ body: (StagedRows) -> Void) {
        let rowBytes = length * layout.elementBytes
        let bytes = (rows * rowBytes + 63) / 64 * 64 + (layout.precision == .integer8 ? 8 * rows : 0) + 64
        let memory = TensorMemory.allocate(bytes: bytes)
        defer { TensorMemory.free(memory, bytes: bytes) }
        body(StagedRows(memory: memory, rows: rows, rowBytes: rowBytes))
    }

    var floats: UnsafeMutablePointer<Float> { memory.assumingMemoryBound(to: Float.self) }
    var halves: UnsafeMutablePointer<UInt16> { memory.assumingMemoryBound(to: UInt16.self) }
    var bytes: UnsafeMutablePointer<UInt8> { memory.assumingMemoryBound(to: UInt8.self) }
    /// `[rows]`, of integers.
    var scales: UnsafeMutablePointer<Float> {
        (memory + (rows * rowBytes + 63) / 64 * 64).assumingMemoryBound(to: Float.self)
    }
    /// `[rows]`, of integers.
    var zeros: UnsafeMutablePointer<Int32> {
        UnsafeMutableRawPointer(scales + rows).assumingMemoryBound(to: Int32.self)
    }

    /// A row's first element.
    func row(_ index: Int) -> UnsafeRawPointer { UnsafeRawPointer(memory + index * rowBytes) }
}
