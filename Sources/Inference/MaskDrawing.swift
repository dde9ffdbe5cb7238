import CKernels
import Tensors

/// Enlarges an image fourfold and draws masks on it when nothing is trained: some pixels at a time go from the first
/// transposed convolution to the logits, in memory that stays in the core's cache.
package struct MaskDrawing {
    private let first: RowProduct
    private let norm: LayerNorm
    private let second: RowProduct

    /// Takes two transposed convolutions of 2×2 taps and the normalisation between them; nil where weights are not prepared.
    package init?(_ first: TransposedConvolution, _ norm: LayerNorm, _ second: TransposedConvolution) {
        guard let before = RowProduct(first), let after = RowProduct(second), !norm.isTracked else { return nil }
        (self.first, self.norm, self.second) = (before, norm, after)
    }

    /// An image `[B, g, g, C]` and the masks' channels `[B, masks, c]` to logits `[B, masks, 4g, 4g]`.
    package func callAsFunction(_ image: Tensor, channels: Tensor) -> Tensor {
        let (grid, masks, width) = (image.shape[1], channels.shape[1], channels.shape[2])
        precondition(image.shape[2] == grid && 4 * width == second.outputs, "\(image.shape), \(channels.shape)")
        let blocks = (grid * grid + Self.block - 1) / Self.block
        return Tensor(shape: [image.shape[0], masks, 4 * grid, 4 * grid]) { logits in
            let target = logits.start
            image.withPointer { image in
                channels.withPointer { channels in
                    ComputeThreads.perform(logits.count / (16 * masks * grid * grid) * blocks) { task in
                        let (item, block) = task.quotientAndRemainder(dividingBy: blocks)
                        let pixels = block * Self.block..<min(grid * grid, (block + 1) * Self.block)
                        withUpscaled(image + item * grid * grid * first.inputs, pixels) { upscaled in
                            kernel_draw_upscaled(
                                upscaled,
                                width,
                                channels + item * masks * width,
                                masks,
                                grid,
                                pixels.lowerBound,
                                pixels.upperBound,
                                target + item * masks * 16 * grid * grid
                            )
                        }
                    }
                }
            }
        }
    }

    /// Pixels of a task.
    private static let block = 128

    /// Enlarges some pixels: calls the body with `[pixels, 4, 4, c]`, the phases of the first and of the second enlargement.
    private func withUpscaled(
        _ image: UnsafePointer<Float>,
        _ pixels: Range<Int>,
        _ body: (UnsafePointer<Float>) -> Void
    ) {
        let (count, inner) = (pixels.count, second.inputs)
        StagedRows.with(rows: 4 * count, length: second.outputs, .float32) { upscaled in
            StagedRows.with(rows: 4 * count, length: inner, second.precision) { staged in
                StagedRows.with(rows: 4 * count, length: inner, .float32) { room in
                    StagedRows.with(rows: count, length: first.inputs, first.precision) { source in
                        source.write(image + pixels.lowerBound * first.inputs, count)
                        first(source, count: count, into: .init(room.floats))
                    }
                    StagedRows.normalise(room.floats, 4 * count, by: norm)
                    let gelu = Activation.gelu.kernel(for: second.precision)
                    kernel_activation(room.floats, room.floats, 4 * count * inner, gelu)
                    staged.write(room.floats, 4 * count)
                }
                second(staged, count: 4 * count, activation: .gelu, into: .init(upscaled.floats))
            }
            body(upscaled.floats)
        }
    }
}
