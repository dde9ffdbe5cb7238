import CKernels

/// Normalises every row (the last axis) to mean 0 and variance 1, then scales and shifts each element.
///
/// On `[…, rows, columns, channels]` this is also what PyTorch code calls LayerNorm2d.
public struct LayerNorm: Sendable {
    /// `[width]`.
    public let scale: Tensor
    /// `[width]`.
    public let shift: Tensor
    /// What is added to the variance.
    public let epsilon: Float

    /// Takes a scale and a shift `[width]` and the ε inside the square root.
    public init(scale: Tensor, shift: Tensor, epsilon: Float) {
        precondition(scale.count == shift.count, "scale \(scale.shape) and shift \(shift.shape)")
        self.scale = scale
        self.shift = shift
        self.epsilon = epsilon
    }

    /// Whether a gradient of a parameter is wanted.
    package var isTracked: Bool { scale.isTracked || shift.isTracked }

    /// Keeps the shape.
    public func callAsFunction(_ x: Tensor) -> Tensor {
        x.normalised(scale: scale, shift: shift, epsilon: epsilon)
    }
}

extension Tensor {
    /// `(x − mean) / √(variance + ε) · scale + shift` along every row, with the biased variance.
    func normalised(scale: Tensor, shift: Tensor, epsilon: Float) -> Tensor {
        let width = lastAxis
        precondition(scale.count == width && shift.count == width, "norm of \(scale.shape) over rows of \(shape)")
        let result = Tensor(shape: shape) { result in
            let target = result.start
            withPointer { source in
                scale.withPointer { scale in
                    shift.withPointer { shift in
                        ComputeThreads.overRows(rowCount, elementsPerRow: 2 * width) { rows in
                            let first = rows.lowerBound * width
                            kernel_layer_norm_rows(
                                source + first,
                                target + first,
                                rows.count,
                                width,
                                scale,
                                shift,
                                epsilon
                            )
                        }
                    }
                }
            }
        }
        guard isTracked || scale.isTracked || shift.isTracked else { return result }
        let (x, factors, tracked) = (detached(), scale.detached(), [self, scale, shift].map(\.isTracked))
        let shiftShape = shift.shape
        return result.recordingInPlace([self, scale, shift]) { gradient in
            let scaleGradient = tracked[1] ? gradient.scaleGradient(of: x, epsilon, like: factors) : nil
            let shiftGradient = tracked[2] ? gradient.summedOverRows().reshaped(shiftShape) : nil
            if tracked[0] { gradient.passBackThroughNorm(of: x, scale: factors, epsilon: epsilon) }
            return [tracked[0] ? gradient : nil, scaleGradient, shiftGradient]
        }
    }

    /// Turns the gradient of the normalised rows of `x` into that of `x`.
    private mutating func passBackThroughNorm(of x: Tensor, scale: Tensor, epsilon: Float) {
        let (rows, width) = (rowCount, lastAxis)
        x.withPointer { x in
            scale.withPointer { scale in
                rewrite { source, target in
                    ComputeThreads.overRows(rows, elementsPerRow: 3 * width) { range in
                        let first = range.lowerBound * width
                        kernel_layer_norm_gradient_rows(
                            source + first,
                            x + first,
                            target + first,
                            range.count,
                            width,
                            scale,
                            epsilon
                        )
                    }
                }
            }
        }
    }

    /// What this gradient of the normalised rows of `x` makes of their scale's.
    private func scaleGradient(of x: Tensor, _ epsilon: Float, like scale: Tensor) -> Tensor {
        let (rows, width) = (rowCount, lastAxis)
        let statistics = Tensor(shape: [rows, 2]) { result in
            let target = result.start
            x.withPointer { x in
                ComputeThreads.overRows(rows, elementsPerRow: width) { range in
                    let first = range.lowerBound
                    kernel_layer_norm_statistics(x + first * width, range.count, width, epsilon, target + 2 * first)
                }
            }
        }
        return Tensor(shape: scale.shape) { result in
            let target = result.start
            withPointer { gradient in
                x.withPointer { x in
                    statistics.withPointer { statistics in
                        ComputeThreads.overColumns(width, rows: rows) { range in
                            let (first, end) = (range.lowerBound, range.upperBound)
                            kernel_layer_norm_gradient_sums(gradient, x, statistics, rows, width, target, first, end)
                        }
                    }
                }
            }
        }
    }
}
