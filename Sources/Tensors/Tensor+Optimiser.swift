import CKernels

/// The constants of one step of Adam or AdamW.
///
/// The arithmetic is PyTorch's (`torch/optim/adam.py`, `_single_tensor_adam`): constants are computed in double precision
/// and rounded once.
package struct AdamStep {
    fileprivate let kernel: KernelAdam

    /// The constants of the step number `number`, counted from 1.
    package init(
        number: Int,
        moments: (mean: Double, square: Double, epsilon: Double),
        learningRate: Double,
        weightDecay: (value: Double, isDecoupled: Bool),
        gradientFactor: Double,
        averageWeight: Double
    ) {
        precondition(number > 0, "steps are counted from 1")
        let meanCorrection = 1 - power(moments.mean, number)
        let squareCorrection = 1 - power(moments.square, number)
        kernel = KernelAdam(
            gradient_factor: Float(gradientFactor),
            penalty: weightDecay.isDecoupled ? 0 : Float(weightDecay.value),
            shrinking: weightDecay.isDecoupled ? Float(1 - learningRate * weightDecay.value) : 1,
            mean_weight: Float(1 - moments.mean),
            square_factor: Float(moments.square),
            square_weight: Float(1 - moments.square),
            square_correction: Float(squareCorrection.squareRoot()),
            epsilon: Float(moments.epsilon),
            step: Float(-learningRate / meanCorrection),
            average_weight: Float(averageWeight)
        )
    }
}

/// `base` to a natural power, by squaring: the same on every machine, unlike `pow`.
private func power(_ base: Double, _ exponent: Int) -> Double {
    var (result, factor, rest) = (1.0, base, exponent)
    while rest > 0 {
        if rest & 1 == 1 { result *= factor }
        factor *= factor
        rest >>= 1
    }
    return result
}

/// A parameter with what an optimiser knows of it; all of one shape, all changed in place.
package struct OptimisedTensor: Sendable {
    package var parameter: Tensor
    /// The running mean of the gradient.
    package var mean: Tensor
    /// The running mean of the gradient's square.
    package var square: Tensor
    /// The running average of the parameter, where one is kept.
    package var average: Tensor?

    package init(parameter: Tensor, mean: Tensor, square: Tensor, average: Tensor?) {
        precondition(mean.shape == parameter.shape && square.shape == parameter.shape, "moments of another shape")
        precondition(average.map { $0.shape == parameter.shape } ?? true, "an average of another shape")
        self.parameter = parameter
        self.mean = mean
        self.square = square
        self.average = average
    }

    /// Moves the parameter along its gradient, in a single pass over memory.
    package mutating func take(_ step: AdamStep, gradient: Tensor) {
        precondition(gradient.shape == parameter.shape, "a gradient \(gradient.shape) for \(parameter.shape)")
        let count = parameter.count
        withUnsafePointer(to: step.kernel) { constants in
            withPointers { parameter, mean, square, average in
                gradient.withPointer { gradient in
                    Tensor.overElements(count) { first, length in
                        kernel_adam(
                            parameter + first,
                            mean + first,
                            square + first,
                            average.map { $0 + first },
                            gradient + first,
                            constants,
                            length
                        )
                    }
                }
            }
        }
    }

    private mutating func withPointers(
        _ body: (
            _ parameter: UnsafeMutablePointer<Float>, _ mean: UnsafeMutablePointer<Float>,
            _ square: UnsafeMutablePointer<Float>, _ average: UnsafeMutablePointer<Float>?
        ) -> Void
    ) {
        parameter.withMutablePointer { parameter in
            mean.withMutablePointer { mean in
                square.withMutablePointer { square in
                    if average == nil {
                        body(parameter, mean, square, nil)
                    } else {
                        average?.withMutablePointer { body(parameter, mean, square, $0) }
                    }
                }
            }
        }
    }

    /// Moves the running average towards the parameter, for a parameter that takes no step.
    package mutating func followParameter(weight: Double) {
        let count = parameter.count
        let weight = Float(weight)
        parameter.withPointer { parameter in
            average?.withMutablePointer { average in
                Tensor.overElements(count) { first, length in
                    kernel_running_average(average + first, parameter + first, weight, length)
                }
            }
        }
    }
}

extension Tensor {
    /// Σ x² in double precision, in an order that depends on the number of elements alone.
    package func sumOfSquares() -> Double {
        let blocks = (count + Self.sumBlock - 1) / Self.sumBlock
        let sums = withPointer { x in
            [Double](unsafeUninitializedCapacity: blocks) { sums, initialized in
                let sums = sums
                ComputeThreads.overRows(blocks, elementsPerRow: Self.sumBlock) { range in
                    for block in range {
                        let first = block * Self.sumBlock
                        sums[block] = kernel_sum_squares(x + first, min(Self.sumBlock, count - first))
                    }
                }
                initialized = blocks
            }
        }
        return sums.reduce(0, +)
    }

    private static let sumBlock = 16_384

    /// Calls the body with the first element and the length of parts that cover `0..<count`.
    fileprivate static func overElements(_ count: Int, _ body: (_ first: Int, _ length: Int) -> Void) {
        let block = 4_096
        ComputeThreads.overRows((count + block - 1) / block, elementsPerRow: block) { rows in
            let first = rows.lowerBound * block
            body(first, min(count, rows.upperBound * block) - first)
        }
    }
}
