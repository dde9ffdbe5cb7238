import CKernels
import Tensors

/// The rows that a product multiplies, in fp32: those of a tensor, or the patches of images.
struct RowSource {
    let base: UnsafePointer<Float>
    /// Elements of a row.
    let length: Int
    /// How output pixels read images; nil where rows lie side by side.
    let patches: KernelPatches?

    /// Writes rows, `length` elements each, as rows `place…` of the target.
    func write(_ rows: Range<Int>, to target: StagedRows, at place: Int) {
        let precision = target.precision
        guard patches != nil else {
            return target.write(base + rows.lowerBound * length, rows.count, at: place)
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
                    target.write(room.start, part.count, at: next)
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
}
