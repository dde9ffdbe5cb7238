import CKernels
import Tensors

/// Pixels look at a few tokens, add what they were told and are normalised, when nothing is trained: some pixels at a time
/// go through all steps in memory that stays in the core's cache.
package struct PixelUpdate {
    /// The image `[B or 1, P, C]`, and the same with the code of every pixel added.
    package let plain: Tensor
    package let coded: Tensor
    /// What tokens say, carried to the pixels' space, head after head.
    package let tokens: Tokens
    /// `[P, C]`.
    package let code: Tensor
    package let norm: LayerNorm
    package let precision: NetworkPrecision

    /// The tokens' side, `heads · n` rows for each item.
    package struct Tokens {
        /// `[B, heads · n, C]`.
        package let keys: Tensor
        /// `[B, heads · n]`: what is added to the scores, or nil.
        package let shift: Tensor?
        /// `[B, heads · n, C]`.
        package let values: Tensor
        /// `[C]`: what is added to every pixel, or nil.
        package let bias: Tensor?
        package let heads: Int
        /// What scores are multiplied by.
        package let scale: Float

        package init(keys: Tensor, shift: Tensor?, values: Tensor, bias: Tensor?, heads: Int, scale: Float) {
            (self.keys, self.shift, self.values, self.bias) = (keys, shift, values, bias)
            (self.heads, self.scale) = (heads, scale)
        }
    }

    package init(
        plain: Tensor,
        coded: Tensor,
        tokens: Tokens,
        code: Tensor,
        norm: LayerNorm,
        precision: NetworkPrecision
    ) {
        // Sums of bytes would need scales; the decoder has none.
        precondition(precision != .integer8, "pixels look at tokens in fp32 or bf16")
        (self.plain, self.coded, self.tokens, self.code) = (plain, coded, tokens, code)
        (self.norm, self.precision) = (norm, precision)
    }

    private var batch: Int { tokens.keys.shape[0] }
    private var rows: Int { tokens.keys.shape[1] }
    private var pixels: Int { plain.shape[1] }
    private var width: Int { plain.shape[2] }

    /// The image anew, plain and coded, `[B, P, C]`.
    package func callAsFunction() -> (plain: Tensor, coded: Tensor) {
        let shape = [batch, pixels, width]
        guard precision != .float32 else {
            var newCoded = Tensor(zeros: [])
            let newPlain = Tensor(shape: shape) { plain in
                newCoded = Tensor(shape: shape) { write(Result(plain: plain.start, coded: $0.start)) }
            }
            return (newPlain, newCoded)
        }
        var newCoded = Tensor(zeros: [])
        let newPlain = Tensor(shape: shape) { plain, roundedPlain in
            newCoded = Tensor(shape: shape) { coded, roundedCoded in
                var result = Result(plain: plain, coded: coded)
                (result.roundedPlain, result.roundedCoded) = (roundedPlain, roundedCoded)
                write(result)
            }
        }
        return (newPlain, newCoded)
    }

    private struct Result {
        let plain: UnsafeMutablePointer<Float>
        let coded: UnsafeMutablePointer<Float>
        /// The same in bf16, or nil.
        var roundedPlain: UnsafeMutablePointer<UInt16>?
        var roundedCoded: UnsafeMutablePointer<UInt16>?

        func advanced(by count: Int) -> Result {
            var result = Result(plain: plain + count, coded: coded + count)
            (result.roundedPlain, result.roundedCoded) = (
                roundedPlain.map { $0 + count }, roundedCoded.map { $0 + count }
            )
            return result
        }
    }

    /// The addresses that a task reads.
    private struct Source {
        let plain: UnsafePointer<Float>
        let coded: UnsafePointer<Float>
        let code: UnsafePointer<Float>
        let keys: UnsafeRawPointer
        let values: UnsafeRawPointer
        let shift: UnsafePointer<Float>?
        let bias: UnsafePointer<Float>?
    }

    private func write(_ result: Result) {
        let blocks = (pixels + Self.block - 1) / Self.block
        let shared = plain.shape[0] == 1
        StagedRows.with(rows: batch * rows, length: width, precision) { keys in
            StagedRows.with(rows: batch * rows, length: width, precision) { values in
                tokens.keys.withPointer { keys.write($0, batch * rows) }
                tokens.values.withPointer { values.write($0, batch * rows) }
                withAddresses { plain, coded, code, shift, bias in
                    ComputeThreads.perform(batch * blocks) { task in
                        let (item, block) = task.quotientAndRemainder(dividingBy: blocks)
                        let range = block * Self.block..<min(pixels, (block + 1) * Self.block)
                        let (own, first) = (item * pixels * width, range.lowerBound * width)
                        let source = Source(
                            plain: plain + (shared ? 0 : own) + first,
                            coded: coded + (shared ? 0 : own) + first,
                            code: code + first,
                            keys: keys.row(item * rows),
                            values: values.row(item * rows),
                            shift: shift.map { $0 + item * rows },
                            bias: bias
                        )
                        update(source, range.count, result.advanced(by: own + first))
                    }
                }
            }
        }
    }

    /// Pixels of a task.
    private static let block = 128

    private func withAddresses(
        _ body: (
            UnsafePointer<Float>, UnsafePointer<Float>, UnsafePointer<Float>, UnsafePointer<Float>?,
            UnsafePointer<Float>?
        ) -> Void
    ) {
        plain.withPointer { plain in
            coded.withPointer { coded in
                code.withPointer { code in
                    withOptionalPointer(tokens.shift) { shift in
                        withOptionalPointer(tokens.bias) { body(plain, coded, code, shift, $0) }
                    }
                }
            }
        }
    }

    /// Some pixels.
    private func update(_ source: Source, _ count: Int, _ result: Result) {
        let told = TensorMemory.allocate(bytes: 4 * count * width)
        defer { TensorMemory.free(told, bytes: 4 * count * width) }
        StagedRows.with(rows: count, length: rows, precision) { weights in
            weigh(source, count, into: weights)
            run(
                rows: count,
                columns: width,
                inner: rows,
                weights.row(0),
                source.values,
                isTransposed: false,
                into: told
            )
        }
        var tile = KernelTile()
        (tile.columns, tile.stride) = (width, width)
        tile.sums = UnsafePointer(told.assumingMemoryBound(to: Float.self))
        (tile.bias, tile.residual) = (source.bias, source.plain)
        kernel_finish_tile(&tile, count, result.plain, width, nil, KERNEL_IDENTITY)
        StagedRows.normalise(result.plain, count, by: norm)
        kernel_add(result.plain, source.code, result.coded, count * width)
        if let rounded = result.roundedPlain { kernel_round_bfloat16_rows(result.plain, width, rounded, count, width) }
        if let rounded = result.roundedCoded { kernel_round_bfloat16_rows(result.coded, width, rounded, count, width) }
    }

    /// How much each pixel listens to each token, head by head.
    private func weigh(_ source: Source, _ count: Int, into weights: StagedRows) {
        StagedRows.with(rows: count, length: rows, .float32) { scores in
            StagedRows.with(rows: count, length: width, precision) { staged in
                staged.write(source.coded, count)
                run(
                    rows: count,
                    columns: rows,
                    inner: width,
                    staged.row(0),
                    source.keys,
                    isTransposed: true,
                    into: scores.floats
                )
            }
            if let shift = source.shift {
                kernel_bias_activation_rows(scores.floats, count, rows, shift, KERNEL_IDENTITY)
            }
            kernel_softmax_rows(scores.floats, count * tokens.heads, rows / tokens.heads, tokens.scale)
            weights.write(scores.floats, count)
        }
    }

    private func run(
        rows: Int,
        columns: Int,
        inner: Int,
        _ left: UnsafeRawPointer,
        _ right: UnsafeRawPointer,
        isTransposed: Bool,
        into result: UnsafeMutableRawPointer
    ) {
        var shape = ProductShape()
        (shape.rows, shape.columns, shape.inner) = (rows, columns, inner)
        (shape.leftRow, shape.leftColumn) = (inner, 1)
        (shape.rightRow, shape.rightColumn) = isTransposed ? (1, inner) : (columns, 1)
        (shape.resultRow, shape.precision) = (columns, precision)
        let isDone = CompiledProducts.product(shape)?.run(left, right, into: result) ?? false
        precondition(isDone, "a CPU with packed weights has no product for \(shape), or memory is short")
    }
}
