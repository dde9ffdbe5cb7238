import CKernels

/// Gradients of a transposed convolution, phase by phase: each is an ordinary convolution y = patches(x) · Wᵀ + b of the
/// pixels of its phase.
extension TransposedConvolution {
    /// The forward step, and what its gradients need: the input for the weight's, the weight for the input's.
    func recorded(_ x: Tensor, activation: Activation) -> Tensor {
        let layer = TransposedConvolution(packed: packed.detached(), bias: bias?.detached())
        var y = layer.convolved(x.detached(), activation: .identity)
        let point = y.addKeepingPoint(bias: nil, activation: activation)
        let shape = x.shape
        let input = packed.isTracked ? x.detached() : nil
        let (wantsInput, biasShape) = (x.isTracked, bias?.isTracked == true ? bias?.shape : nil)
        return y.recordingInPlace([x, packed] + (bias.map { [$0] } ?? [])) { gradient in
            gradient.passBack(through: activation, at: point)
            let wanted = Wanted(shape: shape, input: input, inputGradient: wantsInput)
            var gradients = layer.gradients(gradient, wanted)
            if layer.bias != nil { gradients.append(biasShape.map { gradient.summedOverRows().reshaped($0) }) }
            return gradients
        }
    }

    private struct Wanted {
        /// The input's shape.
        let shape: [Int]
        /// The input, where the weight's gradient is wanted.
        let input: Tensor?
        let inputGradient: Bool
    }

    /// The gradients of input and packed weight from that of the result, `[B, 2H, 2W, outputs]`.
    private func gradients(_ gradient: Tensor, _ wanted: Wanted) -> [Tensor?] {
        guard wanted.inputGradient || wanted.input != nil else { return [nil, nil] }
        let pixels = BatchPatches(images: wanted.shape[0], layout: outputPatches(of: wanted.shape))
        var ofInput = wanted.inputGradient ? Tensor(zeros: wanted.shape) : nil
        // The first block writes to all of it.
        var ofWeight =
            wanted.input == nil
            ? nil
            : Tensor(shape: packed.shape) { weight in
                if gradient.count == 0 { weight.initialize(repeating: 0) }
            }
        // Room for the gradient's pixels by phase and for the patches of one phase.
        let length = 4 * outputs + taps * taps * inputs
        for block in pixels.blocks(length: length) {
            withUnsafeTemporaryAllocation(of: Float.self, capacity: block.count * pixels.columns * length) { room in
                gradient.withPointer { pixels.pack($0, block, into: room.start) }
                let piece = Piece(
                    rows: block,
                    pixels: block.count * pixels.columns,
                    gradient: room.start,
                    room: room.start + block.count * pixels.columns * pixels.length
                )
                ofInput?.withMutablePointer { addInputGradient(of: piece, shape: wanted.shape, to: $0) }
                guard let input = wanted.input else { return }
                ofWeight?.withMutablePointer { addWeightGradient(of: piece, input: input, to: $0) }
            }
        }
        return [ofInput, ofWeight]
    }

    /// Some rows of the batch of inputs.
    private struct Piece {
        let rows: Range<Int>
        let pixels: Int
        /// For each input pixel the result's gradient in the four phases, `[pixels, 4 · outputs]`.
        let gradient: UnsafePointer<Float>
        /// For the patches of one phase, `[pixels, taps · taps · inputs]`.
        let room: UnsafeMutablePointer<Float>

        func phase(_ phase: Int, outputs: Int) -> MatrixView {
            MatrixView(gradient + phase * outputs, rows: pixels, columns: outputs, stride: 4 * outputs)
        }
    }

    private func addInputGradient(of piece: Piece, shape: [Int], to result: UnsafeMutablePointer<Float>) {
        let length = taps * taps * inputs
        packed.withMatrix { packed in
            guard taps == 2 else {
                return multiply(
                    MatrixView(piece.gradient, rows: piece.pixels, columns: 4 * outputs),
                    packed.reshaped(rows: 4 * outputs, columns: inputs),
                    into: result + piece.rows.lowerBound * shape[2] * inputs,
                    stride: inputs
                )
            }
            for phase in 0..<4 {
                multiply(
                    piece.phase(phase, outputs: outputs),
                    matrix(phase, packed),
                    into: piece.room,
                    stride: length
                )
                BatchPatches(images: shape[0], layout: patches(of: shape, phase)).add(
                    piece.room,
                    piece.rows,
                    to: result
                )
            }
        }
    }

    private func addWeightGradient(of piece: Piece, input: Tensor, to result: UnsafeMutablePointer<Float>) {
        let length = taps * taps * inputs
        let isFirst = piece.rows.lowerBound == 0
        input.withPointer { x in
            guard taps == 2 else {
                return multiplyInBlocks(
                    transposedLeft: MatrixView(piece.gradient, rows: piece.pixels, columns: 4 * outputs),
                    MatrixView(
                        x + piece.rows.lowerBound * input.shape[2] * inputs,
                        rows: piece.pixels,
                        columns: inputs
                    ),
                    into: result,
                    stride: length,
                    adding: !isFirst
                )
            }
            for phase in 0..<4 {
                let patches = BatchPatches(images: input.shape[0], layout: patches(of: input.shape, phase))
                patches.pack(x, piece.rows, into: piece.room)
                multiplyInBlocks(
                    transposedLeft: piece.phase(phase, outputs: outputs),
                    MatrixView(piece.room, rows: piece.pixels, columns: length),
                    into: result + phase * outputs * length,
                    stride: length,
                    adding: !isFirst
                )
            }
        }
    }

    /// The four output pixels that belong to each input pixel, as patches of the result.
    private func outputPatches(of shape: [Int]) -> KernelPatches {
        var patches = KernelPatches()
        (patches.rows, patches.columns, patches.channels) = (2 * shape[1], 2 * shape[2], outputs)
        (patches.output_rows, patches.output_columns) = (shape[1], shape[2])
        (patches.kernel_rows, patches.kernel_columns, patches.stride) = (2, 2, 2)
        return patches
    }
}
