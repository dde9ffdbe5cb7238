import Tensors

/// How the weight of a convolution is laid out: as in checkpoints, or packed as it is computed with.
///
/// The shape tells: `[outputs, inputs, k, k]` and `[outputs, k, k, inputs]` differ unless a convolution has as many inputs
/// as taps along an axis; such a one, and a 1×1 convolution, whose elements lie in the same order either way, stays as it
/// is. A transposed convolution has four axes in checkpoints and five packed.
enum WeightLayout {
    case convolution
    case transposedConvolution

    /// The layout to pack a tensor in; nil for what is no weight of a convolution or stays as it is.
    init?(ofUnpacked name: String, _ tensor: Tensor, isTransposed: Bool) {
        let shape = tensor.shape
        guard name.hasSuffix(".weight"), shape.count == 4, shape[2] == shape[3], shape[2] > 1 else { return nil }
        guard isTransposed || shape[1] != shape[2] else { return nil }
        self = isTransposed ? .transposedConvolution : .convolution
    }

    /// The layout that a tensor is packed in; nil for what is not packed.
    init?(ofPacked name: String, _ tensor: Tensor, isTransposed: Bool) {
        let shape = tensor.shape
        guard name.hasSuffix(".weight") else { return nil }
        if isTransposed, shape.count == 5 {
            self = .transposedConvolution
        } else if !isTransposed, shape.count == 4, shape[1] == shape[2], shape[1] > 1, shape[2] != shape[3] {
            self = .convolution
        } else {
            return nil
        }
    }

    func packed(_ weight: Tensor) -> Tensor {
        switch self {
        case .convolution: Convolution.packed(weight)
        case .transposedConvolution: TransposedConvolution.packed(weight)
        }
    }

    func unpacked(_ packed: Tensor) -> Tensor {
        switch self {
        case .convolution: Convolution.weight(packed: packed)
        case .transposedConvolution: TransposedConvolution.weight(packed: packed)
        }
    }
}
