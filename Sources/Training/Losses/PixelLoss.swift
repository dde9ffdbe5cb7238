import CKernels

/// A loss that every pixel has on its own, from its logit x, p = sigmoid(x) and its label y.
public enum PixelLoss: Sendable, Hashable {
    /// −y·log p − (1 − y)·log(1 − p).
    case crossEntropy
    /// −α·y·(1 − p)²·log(p + ε) − (1 − α)·(1 − y)·p²·log(1 − p + ε) with ε = 1e-12 (Lin et al. 2017, γ = 2).
    case focal(alpha: Double)

    var kernel: KernelPixelLoss {
        switch self {
        case .crossEntropy: KERNEL_CROSS_ENTROPY
        case .focal: KERNEL_FOCAL
        }
    }

    /// The weight of pixels of the object; of no meaning for the cross entropy.
    var alpha: Double {
        switch self {
        case .crossEntropy: 0
        case .focal(let alpha): alpha
        }
    }
}
