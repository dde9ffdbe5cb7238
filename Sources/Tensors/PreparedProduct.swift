import CKernels

/// A layer's weights arranged once for a library's kernels, for when nothing is trained.
///
/// Layers keep their own weights, which training needs, and use the prepared ones where no gradient is wanted.
package protocol PreparedProduct: Sendable {
    /// What the weights are multiplied in.
    var precision: NetworkPrecision { get }

    /// `[…, inputs]` to `[…, outputs]`.
    func callAsFunction(_ x: Tensor, activation: Activation) -> Tensor

    /// A convolution of `[B, H, W, C]` whose patches are what is multiplied: `[B, H′, W′, outputs]`.
    func callAsFunction(patchesOf x: Tensor, _ layout: KernelPatches, activation: Activation) -> Tensor

    /// A transposed convolution whose four phases are convolutions of `[B, H, W, C]`: `[B, 2H, 2W, outputs]`.
    func callAsFunction(phasesOf x: Tensor, _ layouts: [KernelPatches], activation: Activation) -> Tensor
}

extension PreparedProduct {
    /// Whether it is the quickest way now: training in bf16 has its own products, which are quicker than prepared fp32.
    package var isWanted: Bool { precision != .float32 || ProductPrecision.current == .float32 }
}

/// A layer's weights as they are prepared: a matrix, or several of the same size below each other.
package struct WeightsToPrepare: Sendable {
    /// How many matrices there are: four for the phases of a transposed convolution.
    package let groups: Int
    /// Rows of each matrix.
    package let outputs: Int
    /// Columns: the length of the sums.
    package let inputs: Int
    /// `[outputs]`, or nil.
    package let bias: Tensor?
    /// Makes `[groups · outputs, inputs]`; not called where prepared weights are at hand.
    package let matrix: @Sendable () -> Tensor

    package init(
        groups: Int = 1,
        outputs: Int,
        inputs: Int,
        bias: Tensor?,
        matrix: @escaping @Sendable () -> Tensor
    ) {
        self.groups = groups
        self.outputs = outputs
        self.inputs = inputs
        self.bias = bias
        self.matrix = matrix
    }
}

/// Who prepares the layers of a network when it is made.
package protocol LayerPreparation: Sendable {
    /// What the network is opened with, as far as the CPU has it.
    var precision: NetworkPrecision { get }

    /// The prepared weights of the layer of that name; nil for one that is better left as it is.
    func product(_ name: String, _ weights: WeightsToPrepare) -> (any PreparedProduct)?
}
