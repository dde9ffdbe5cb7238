/// The two layouts of a transposed convolution's weight.
extension TransposedConvolution {
    /// A weight `[inputs, outputs, k, k]`, k = 2 or 4, as `[4, outputs, k/2, k/2, inputs]`.
    public static func packed(_ weight: Tensor) -> Tensor {
        let shape = weight.shape
        precondition(shape.count == 4 && shape[2] == shape[3], "weight \(shape)")
        precondition(shape[2] == 2 || shape[2] == 4, "2×2 and 4×4 taps are known, not \(shape)")
        let (inputs, outputs, kernel) = (shape[0], shape[1], shape[2])
        let rows = weight.detached().reshaped([inputs, outputs * kernel * kernel]).transposed()
        let order = order(outputs: outputs, kernel: kernel)
        let packed = Tensor(shape: [4, outputs, kernel / 2, kernel / 2, inputs]) { packed in
            rows.withPointer { rows in
                for (place, row) in order.enumerated() {
                    (packed.start + place * inputs).initialize(from: rows + row * inputs, count: inputs)
                }
            }
        }
        return packed.recording([weight]) { [Self.weight(packed: $0)] }
    }

    /// A packed weight `[4, outputs, k/2, k/2, inputs]` in the layout of checkpoints, `[inputs, outputs, k, k]`.
    public static func weight(packed: Tensor) -> Tensor {
        check(packed: packed)
        let (outputs, kernel, inputs) = (packed.shape[1], 2 * packed.shape[2], packed.shape[4])
        let order = order(outputs: outputs, kernel: kernel)
        let rows = Tensor(shape: [outputs * kernel * kernel, inputs]) { rows in
            packed.withPointer { packed in
                for (place, row) in order.enumerated() {
                    (rows.start + row * inputs).initialize(from: packed + place * inputs, count: inputs)
                }
            }
        }
        let weight = rows.transposed().reshaped([inputs, outputs, kernel, kernel])
        return weight.recording([packed]) { [Self.packed($0)] }
    }

    static func check(packed: Tensor) {
        let shape = packed.shape
        precondition(shape.count == 5 && shape[0] == 4 && shape[2] == shape[3], "packed weight \(shape)")
        precondition(shape[2] == 1 || shape[2] == 2, "2×2 and 4×4 taps are known, not a packed weight \(shape)")
    }

    /// For each phase, output and tap the row `(output, tap row, tap column)` of the unpacked weight.
    ///
    /// Output position 2i − p + t belongs to input i and tap t (p the padding), so for 4×4 the taps of an even position
    /// are 3, 1 and those of an odd one 2, 0, in the order of the input rows they read.
    private static func order(outputs: Int, kernel: Int) -> [Int] {
        let taps = kernel == 2 ? [[0], [1]] : [[3, 1], [2, 0]]
        var order: [Int] = []
        for phase in 0..<4 {
            for output in 0..<outputs {
                for y in taps[phase / 2] {
                    for x in taps[phase % 2] { order.append((output * kernel + y) * kernel + x) }
                }
            }
        }
        return order
    }
}
