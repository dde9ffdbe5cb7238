import CKernels

/// A k×k convolution (cross-correlation) with stride and zero padding over `[batch, rows, columns, channels]`.
///
/// Gradients pass to the input, the packed weight and the bias.
public struct Convolution: Sendable {
    /// `[outputs, k, k, inputs]`: each output's taps in the order in which patches are packed.
    public var packed: Tensor { weight.value }
    private let weight: DeferredTensor
    /// `[outputs]`, or nil.
    public let bias: Tensor?
    /// The weights arranged for inference.
    private var prepared: (any PreparedProduct)?
    /// Input pixels from one output pixel to the next.
    public let stride: Int
    /// Rows and columns of zeros around the image.
    public let padding: Int

    /// The number of output channels.
    public var outputs: Int { weight.shape[0] }
    /// The number of input channels.
    public var inputs: Int { weight.shape[3] }
    var kernel: Int { weight.shape[1] }
    /// Whether every patch is a pixel, so that nothing is to be packed.
    var isPointwise: Bool { kernel == 1 && stride == 1 && padding == 0 }

    /// Takes a weight in the layout of checkpoints, `[outputs, inputs, k, k]`.
    public init(weight: Tensor, bias: Tensor?, stride: Int = 1, padding: Int = 0) {
        precondition(weight.shape.count == 4 && weight.shape[2] == weight.shape[3], "weight \(weight.shape)")
        let shape = [weight.shape[0], weight.shape[2], weight.shape[3], weight.shape[1]]
        let packed =
            weight.isTracked
            ? DeferredTensor(Self.packed(weight)) : DeferredTensor(shape: shape) { Self.packed(weight) }
        self.init(packed, bias: bias, stride: stride, padding: padding)
    }

    /// Takes a weight in the layout that is computed with, `[outputs, k, k, inputs]`, without copying it: a layer whose
    /// weight is trained is made anew at every step at no cost.
    public init(packed: Tensor, bias: Tensor?, stride: Int = 1, padding: Int = 0) {
        precondition(packed.shape.count == 4 && packed.shape[1] == packed.shape[2], "packed weight \(packed.shape)")
        self.init(DeferredTensor(packed), bias: bias, stride: stride, padding: padding)
    }

    private init(_ weight: DeferredTensor, bias: Tensor?, stride: Int, padding: Int) {
        precondition(bias == nil || bias?.count == weight.shape[0], "bias does not fit packed weight \(weight.shape)")
        precondition(stride > 0 && padding >= 0, "stride \(stride), padding \(padding)")
        self.weight = weight
        self.bias = bias
        self.stride = stride
        self.padding = padding
    }

    /// The same convolution with its weights prepared for inference.
    package func prepared(_ name: String, by preparation: (any LayerPreparation)?) -> Convolution {
        let (weight, length) = (weight, kernel * kernel * inputs)
        let weights = WeightsToPrepare(outputs: outputs, inputs: length, bias: bias) {
            weight.passing.reshaped([weight.shape[0], length])
        }
        var layer = self
        layer.prepared = preparation?.product(name, weights)
        return layer
    }

    /// A weight `[outputs, inputs, k, k]` as `[outputs, k, k, inputs]`.
    public static func packed(_ weight: Tensor) -> Tensor {
        precondition(weight.shape.count == 4 && weight.shape[2] == weight.shape[3], "weight \(weight.shape)")
        return weight.detached().channelsLast().recording([weight]) { [Self.weight(packed: $0)] }
    }

    /// A packed weight `[outputs, k, k, inputs]` in the layout of checkpoints, `[outputs, inputs, k, k]`.
    public static func weight(packed: Tensor) -> Tensor {
        precondition(packed.shape.count == 4 && packed.shape[1] == packed.shape[2], "packed weight \(packed.shape)")
        return packed.detached().channelsFirst().recording([packed]) { [Self.packed($0)] }
    }

    /// `[B, H, W, inputs]` to `[B, (H + 2·padding − k)/stride + 1, …, outputs]`, then the activation.
    public func callAsFunction(_ x: Tensor, activation: Activation = .identity) -> Tensor {
        precondition(x.shape.count == 4 && x.shape[3] == inputs, "convolution of \(inputs) channels on \(x.shape)")
        guard x.isTracked || weight.isTracked || bias?.isTracked == true else {
            if let prepared, prepared.isWanted {
                return isPointwise
                    ? prepared(x, activation: activation)
                    : prepared(patchesOf: x, patches(of: x.shape), activation: activation)
            }
            return convolved(x, activation: activation)
        }
        return recorded(x, activation: activation)
    }

    /// The forward step, without a history.
    func convolved(_ x: Tensor, activation: Activation) -> Tensor {
        let matrix = packed.reshaped([outputs, kernel * kernel * inputs])
        guard !isPointwise else { return Linear(weight: matrix, bias: bias)(x, activation: activation) }
        let layout = patches(of: x.shape)
        var y = Tensor(shape: [x.shape[0], layout.output_rows, layout.output_columns, outputs]) { result in
            matrix.withMatrix { weight in
                BatchPatches(images: x.shape[0], layout: layout).multiply(x, transposed: weight, into: result.start)
            }
        }
        y.add(bias: bias, activation: activation)
        return y
    }

    /// How output pixels read images of that shape.
    func patches(of shape: [Int]) -> KernelPatches {
        var patches = KernelPatches()
        (patches.rows, patches.columns, patches.channels) = (shape[1], shape[2], inputs)
        patches.output_rows = (shape[1] + 2 * padding - kernel) / stride + 1
        patches.output_columns = (shape[2] + 2 * padding - kernel) / stride + 1
        (patches.kernel_rows, patches.kernel_columns, patches.stride) = (kernel, kernel, stride)
        (patches.offset_row, patches.offset_column) = (-padding, -padding)
        return patches
    }
}
