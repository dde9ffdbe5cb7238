import CKernels

/// Gradients of a convolution y = patches(x) · Wᵀ + b: those of patches are dy · W, which every pixel of x gathers from
/// the patches that hold it; that of W is dyᵀ · patches(x).
extension Convolution {
    /// The forward step, and what its gradients need: the input for the weight's, the weight for the input's.
    func recorded(_ x: Tensor, activation: Activation) -> Tensor {
        let layer = Convolution(packed: packed.detached(), bias: bias?.detached(), stride: stride, padding: padding)
        var y = layer.convolved(x.detached(), activation: .identity)
        let point = y.addKeepingPoint(bias: nil, activation: activation)
        let shape = x.shape
        let input = packed.isTracked ? x.detached() : nil
        let (wantsInput, biasShape) = (x.isTracked, bias?.isTracked == true ? bias?.shape : nil)
        return y.recordingInPlace([x, packed] + (bias.map { [$0] } ?? [])) { gradient in
            gradient.passBack(through: activation, at: point)
            var gradients = [
                wantsInput ? layer.inputGradient(gradient, shape: shape) : nil,
                input.map { layer.weightGradient(gradient, input: $0) },
            ]
            if layer.bias != nil { gradients.append(biasShape.map { gradient.summedOverRows().reshaped($0) }) }
            return gradients
        }
    }

    /// From `[B, H′, W′, outputs]` to the shape of the input.
    private func inputGradient(_ gradient: Tensor, shape: [Int]) -> Tensor {
        let matrix = packed.reshaped([outputs, kernel * kernel * inputs])
        guard !isPointwise else { return gradient.multiplied(by: matrix) }
        let patches = BatchPatches(images: shape[0], layout: patches(of: shape))
        var result = Tensor(zeros: shape)
        result.withMutablePointer { result in
            gradient.withPointer { gradient in
                matrix.withMatrix { matrix in
                    for block in patches.blocks(length: patches.length) {
                        addInputGradient(of: block, patches, gradient, matrix, to: result)
                    }
                }
            }
        }
        return result
    }

    private func addInputGradient(
        of block: Range<Int>,
        _ patches: BatchPatches,
        _ gradient: UnsafePointer<Float>,
        _ matrix: MatrixView,
        to result: UnsafeMutablePointer<Float>
    ) {
        let (pixels, length) = (block.count * patches.columns, patches.length)
        withUnsafeTemporaryAllocation(of: Float.self, capacity: pixels * length) { buffer in
            multiply(
                MatrixView(gradient + block.lowerBound * patches.columns * outputs, rows: pixels, columns: outputs),
                matrix,
                into: buffer.start,
                stride: length
            )
            patches.add(buffer.start, block, to: result)
        }
    }

    /// In the layout of the packed weight. Blocks of pixels are added in ascending order.
    private func weightGradient(_ gradient: Tensor, input: Tensor) -> Tensor {
        let patches = BatchPatches(images: input.shape[0], layout: patches(of: input.shape))
        return Tensor(shape: packed.shape) { result in
            // Without a pixel no block writes to it.
            if gradient.count == 0 { result.initialize(repeating: 0) }
            gradient.withPointer { gradient in
                input.withPointer { input in
                    for block in patches.blocks(length: patches.length) {
                        addWeightGradient(of: block, patches, gradient, input, to: result.start)
                    }
                }
            }
        }
    }

    private func addWeightGradient(
        of block: Range<Int>,
        _ patches: BatchPatches,
        _ gradient: UnsafePointer<Float>,
        _ input: UnsafePointer<Float>,
        to result: UnsafeMutablePointer<Float>
    ) {
        let (first, pixels, length) = (
            block.lowerBound * patches.columns, block.count * patches.columns, patches.length
        )
        func multiplied(_ packed: UnsafePointer<Float>) {
            multiplyInBlocks(
                transposedLeft: MatrixView(gradient + first * outputs, rows: pixels, columns: outputs),
                MatrixView(packed, rows: pixels, columns: length),
                into: result,
                stride: length,
                adding: first > 0
            )
        }
        guard !isPointwise else { return multiplied(input + first * length) }
        withUnsafeTemporaryAllocation(of: Float.self, capacity: pixels * length) { buffer in
            patches.pack(input, block, into: buffer.start)
            multiplied(buffer.start)
        }
    }
}
