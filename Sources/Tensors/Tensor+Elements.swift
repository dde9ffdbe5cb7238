import CKernels

/// The function after a linear map or a convolution.
public enum Activation: Sendable, Hashable {
    case identity
    case relu
    /// x · Φ(x) with the error function, not an approximation by tanh.
    case gelu
    case sigmoid

    var kernel: KernelActivation {
        switch self {
        case .identity: KERNEL_IDENTITY
        case .relu: KERNEL_RELU
        case .gelu: KERNEL_GELU
        case .sigmoid: KERNEL_SIGMOID
        }
    }
}

extension Tensor {
    /// The activation of every element.
    public func activated(_ activation: Activation) -> Tensor {
        Tensor(shape: shape) { result in
            withPointer { source in
                let target = result.start
                ComputeThreads.overRows(blocks, elementsPerRow: Tensor.block) { rows in
                    let range = elements(rows)
                    kernel_activation(
                        source + range.lowerBound,
                        target + range.lowerBound,
                        range.count,
                        activation.kernel
                    )
                }
            }
        }
    }

    /// Adds a bias to every row and applies the activation, in place.
    public mutating func add(bias: Tensor?, activation: Activation = .identity) {
        guard bias != nil || activation != .identity else { return }
        if let bias { precondition(bias.count == lastAxis, "bias \(bias.shape) for \(shape)") }
        let (rows, width) = (rowCount, lastAxis)
        withMutablePointer { x in
            withOptionalPointer(bias) { bias in
                ComputeThreads.overRows(rows, elementsPerRow: width) { range in
                    kernel_bias_activation_rows(
                        x + range.lowerBound * width,
                        range.count,
                        width,
                        bias,
                        activation.kernel
                    )
                }
            }
        }
    }

    /// The element-wise sum. The outermost axes of `other` may be missing or 1: it is then added to every repetition.
    public func adding(_ other: Tensor) -> Tensor {
        precondition(
            other.count > 0 && count % other.count == 0 && other.fitsEnd(of: self),
            "\(shape) + \(other.shape)"
        )
        let sum = Tensor(shape: shape) { result in
            withPointer { left in
                other.withPointer { right in
                    for start in stride(from: 0, to: count, by: other.count) {
                        add(left + start, right, result.start + start, other)
                    }
                }
            }
        }
        let (isTracked, otherIsTracked, otherShape) = (isTracked, other.isTracked, other.shape)
        return sum.recording([self, other]) { gradient in
            [isTracked ? gradient : nil, otherIsTracked ? gradient.summedRepetitions(to: otherShape) : nil]
        }
    }

    /// The sum over the outermost axes that ``adding(_:)`` repeated.
    private func summedRepetitions(to shape: [Int]) -> Tensor {
        let length = shape.reduce(1, *)
        guard length < count else { return reshaped(shape) }
        return reshaped([count / length, length]).summedOverRows().reshaped(shape)
    }

    private func add(
        _ left: UnsafePointer<Float>,
        _ right: UnsafePointer<Float>,
        _ result: UnsafeMutablePointer<Float>,
        _ other: Tensor
    ) {
        ComputeThreads.overRows(other.blocks, elementsPerRow: Tensor.block) { rows in
            let range = other.elements(rows)
            let first = range.lowerBound
            kernel_add(left + first, right + first, result + first, range.count)
        }
    }

    /// Adds another tensor of the same number of elements, in place.
    public mutating func add(_ other: Tensor) {
        precondition(count == other.count, "\(shape) + \(other.shape)")
        guard !isTracked, !other.isTracked else {
            self = adding(other.reshaped(shape))
            return
        }
        let blocks = blocks
        let count = count
        withMutablePointer { x in
            other.withPointer { y in
                ComputeThreads.overRows(blocks, elementsPerRow: Tensor.block) { rows in
                    let range = rows.lowerBound * Tensor.block..<min(count, rows.upperBound * Tensor.block)
                    kernel_add(x + range.lowerBound, y + range.lowerBound, x + range.lowerBound, range.count)
                }
            }
        }
    }

    /// Every element multiplied by the factor.
    public func scaled(by factor: Float) -> Tensor {
        let result = Tensor(shape: shape) { result in withPointer { kernel_scale($0, factor, result.start, count) } }
        return result.recording([self]) { [$0.scaled(by: factor)] }
    }

    /// Elements are handed to threads in blocks of this many.
    private static let block = 4_096
    private var blocks: Int { (count + Tensor.block - 1) / Tensor.block }

    private func elements(_ blocks: Range<Int>) -> Range<Int> {
        blocks.lowerBound * Tensor.block..<min(count, blocks.upperBound * Tensor.block)
    }

    /// Whether the axes equal the last axes of the other tensor, leading ones aside.
    private func fitsEnd(of other: Tensor) -> Bool {
        let own = Array(shape.drop { $0 == 1 })
        return own == other.shape.suffix(own.count)
    }
}

/// The tensor's address, or nil when there is none.
package func withOptionalPointer<Result>(_ tensor: Tensor?, _ body: (UnsafePointer<Float>?) -> Result) -> Result {
    guard let tensor else { return body(nil) }
    return tensor.withPointer { body($0) }
}
