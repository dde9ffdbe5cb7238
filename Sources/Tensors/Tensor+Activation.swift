import CKernels

/// The function after a linear map or a convolution.
public enum Activation: Sendable, Hashable {
    case identity
    case relu
    /// x · Φ(x) with the error function, not an approximation by tanh.
    case gelu
    case sigmoid

    package var kernel: KernelActivation {
        switch self {
        case .identity: KERNEL_IDENTITY
        case .relu: KERNEL_RELU
        case .gelu: KERNEL_GELU
        case .sigmoid: KERNEL_SIGMOID
        }
    }

    /// The kernel's name for it where the result is going to be rounded to that precision.
    package func kernel(for precision: NetworkPrecision) -> KernelActivation {
        self == .gelu && precision != .float32 ? KERNEL_GELU_SHORT : kernel
    }
}

extension Tensor {
    /// The activation of every element.
    public func activated(_ activation: Activation) -> Tensor {
        var result = detached()
        result.rewriteBlocks { kernel_activation($0, $1, $2, activation.kernel) }
        guard isTracked else { return result }
        let point = activation == .gelu ? detached() : result
        return result.recordingInPlace([self]) { gradient in
            gradient.passBack(through: activation, at: point)
            return [gradient]
        }
    }

    /// Adds a bias to every row and applies the activation, in place.
    public mutating func add(bias: Tensor?, activation: Activation = .identity) {
        guard bias != nil || activation != .identity else { return }
        if let bias { precondition(bias.count == lastAxis, "bias \(bias.shape) for \(shape)") }
        let nodes = [node, bias?.node]
        guard nodes.contains(where: { $0 != nil }) else {
            addInPlace(bias: bias, activation: activation)
            return
        }
        self = detached()
        let point = addKeepingPoint(bias: bias?.detached(), activation: activation)
        let (isTracked, biasShape) = (nodes[0] != nil, nodes[1] == nil ? nil : bias?.shape)
        self = recordingInPlace(from: nodes) { gradient in
            gradient.passBack(through: activation, at: point)
            return [isTracked ? gradient : nil, biasShape.map { gradient.summedOverRows().reshaped($0) }]
        }
    }

    /// Adds a bias and applies the activation in place, and answers the point at which ``passBack(through:at:)`` takes
    /// the activation's derivative.
    package mutating func addKeepingPoint(bias: Tensor?, activation: Activation) -> Tensor? {
        guard activation == .gelu else {
            if bias != nil || activation != .identity { addInPlace(bias: bias, activation: activation) }
            return activation == .identity ? nil : self
        }
        if bias != nil { addInPlace(bias: bias, activation: .identity) }
        let input = self
        self = input.activated(activation)
        return input
    }

    /// Turns the gradient of an activation's result into that of its input.
    ///
    /// `point` is the input of GELU, the result of the other activations; the identity needs none.
    package mutating func passBack(through activation: Activation, at point: Tensor?) {
        guard activation != .identity, let point else { return }
        precondition(point.count == count, "a gradient of \(count) elements at a point of \(point.count)")
        rewriteBlocks(with: point) { kernel_activation_gradient($0, $1, $2, $3, activation.kernel) }
    }

    private mutating func addInPlace(bias: Tensor?, activation: Activation) {
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
}
