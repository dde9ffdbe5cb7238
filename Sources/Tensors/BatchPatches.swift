import CKernels

/// The patches that a convolution reads from a batch of images, seen as a matrix: a row for each output pixel, images one
/// after the other, with the elements of a patch ordered tap row, tap column, channel.
///
/// Work goes in blocks of output rows of the batch, which may hold the end of one image and the beginning of the next.
struct BatchPatches {
    let images: Int
    let layout: KernelPatches

    /// The number of elements of a patch.
    var length: Int { layout.kernel_rows * layout.kernel_columns * layout.channels }
    /// Output pixels in a row.
    var columns: Int { layout.output_columns }
    private var outputRows: Int { layout.output_rows }
    private var imageSize: Int { layout.rows * layout.columns * layout.channels }

    /// Ranges of output rows of the batch whose matrices with `length` elements for each pixel have a useful size: large
    /// enough to read a weight seldom, small enough to be no burden on memory.
    func blocks(length: Int) -> [Range<Int>] {
        let rows = images * outputRows
        let block = max(1, Self.blockSize / max(1, length * columns))
        return stride(from: 0, to: rows, by: block).map { $0..<min(rows, $0 + block) }
    }

    private static let blockSize = 4_194_304

    /// Writes the patches of a block.
    func pack(_ x: UnsafePointer<Float>, _ block: Range<Int>, into packed: UnsafeMutablePointer<Float>) {
        let step = columns * length
        withUnsafePointer(to: layout) { layout in
            ComputeThreads.overRows(block.count, elementsPerRow: step) { part in
                for row in part {
                    let (image, line) = (block.lowerBound + row).quotientAndRemainder(dividingBy: outputRows)
                    let first = line * columns
                    kernel_pack_patches(x + image * imageSize, packed + row * step, layout, first, first + columns)
                }
            }
        }
    }

    /// Adds the patches of a block to the images they would have been packed from.
    ///
    /// Every element of an image gathers from the patches that hold it, in a fixed order: no two threads write to it.
    func add(_ packed: UnsafePointer<Float>, _ block: Range<Int>, to x: UnsafeMutablePointer<Float>) {
        guard !block.isEmpty else { return }
        let (step, inputRows) = (columns * length, layout.rows)
        let touched = block.lowerBound / outputRows * inputRows..<((block.upperBound - 1) / outputRows + 1) * inputRows
        withUnsafePointer(to: layout) { layout in
            ComputeThreads.overRows(touched.count, elementsPerRow: block.count * step / touched.count + 1) { part in
                for row in touched.lowerBound + part.lowerBound..<touched.lowerBound + part.upperBound {
                    let (image, line) = row.quotientAndRemainder(dividingBy: inputRows)
                    let own = block.clamped(to: image * outputRows..<(image + 1) * outputRows)
                    kernel_add_patches(
                        packed + (own.lowerBound - block.lowerBound) * step,
                        x + image * imageSize,
                        layout,
                        own.lowerBound - image * outputRows,
                        own.upperBound - image * outputRows,
                        line,
                        line + 1
                    )
                }
            }
        }
    }
}
