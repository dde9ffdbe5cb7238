import CKernels
import Inference
import Tensors

/// The mixing step when nothing is trained: padding keys folded into one, no weights kept, division left to the end.
extension WindowMixing {
    /// Projected tokens `[B, g, g, 3C]` to mixed values `[B, g, g, C]`.
    func inferred(_ qkv: Tensor) -> Tensor {
        Tensor(shape: qkv.shape.dropLast() + [width]) { mixed in
            let target = mixed.start
            withOperands(qkv) { operands in
                ComputeThreads.perform(qkv.shape[0] * plan.windows.count * heads) { task in
                    infer(part(task), operands, into: target)
                }
            }
        }
    }

    private func infer(_ part: Part, _ operands: Operands, into mixed: UnsafeMutablePointer<Float>) {
        let slots = slots[part.window]
        let first = operands.qkv + part.image * tokens * 3 * width + part.head * depth
        func rows(_ index: Int, _ places: [Int32]) -> AttentionRoom.Rows {
            AttentionRoom.Rows(
                first + index * width,
                stride: 3 * width,
                filling: operands.bias + index * width + part.head * depth,
                places: places
            )
        }
        AttentionRoom.with(
            queries: slots.queries.count,
            slots: slots.count,
            extra: relativePositions.shape[0],
            depth: depth,
            precision: precision
        ) { room in
            room.gather(queries: rows(0, slots.queries))
            room.gather(keys: rows(1, slots.places))
            room.gather(extra: operands.positions.base)
            room.gather(values: rows(2, slots.places))
            room.computeScores()
            slots.withKernelWindow(scale: 1 / Float(depth).squareRoot()) { window in
                let stride = slots.count + relativePositions.shape[0]
                kernel_window_softmax(window, room.scores, stride, room.rounded, slots.queries.count, room.factors)
            }
            room.mix()
            kernel_scatter_scaled_rows(
                room.mixed,
                slots.queries.count,
                depth,
                room.factors,
                mixed + part.image * tokens * width + part.head * depth,
                width,
                slots.queries
            )
        }
    }
}
