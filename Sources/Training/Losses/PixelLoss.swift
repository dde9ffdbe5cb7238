import Foundation

/// A loss that every pixel has on its own, from its logit x, p = sigmoid(x) and its label y.
public enum PixelLoss: Sendable, Hashable {
    /// −y·log p − (1 − y)·log(1 − p).
    case crossEntropy
    /// −α·y·(1 − p)²·log(p + ε) − (1 − α)·(1 − y)·p²·log(1 − p + ε) with ε = 1e-12 (Lin et al. 2017, γ = 2).
    case focal(alpha: Double)

    private static let epsilon = 1e-12

    @inline(__always)
    func value(logit x: Double, probability p: Double, label y: Double) -> Double {
        switch self {
        case .crossEntropy: return max(x, 0) - x * y + log1p(exp(-abs(x)))
        case .focal(let alpha):
            var value = 0.0
            if y > 0 { value -= alpha * y * (1 - p) * (1 - p) * log(p + Self.epsilon) }
            if y < 1 { value -= (1 - alpha) * (1 - y) * p * p * log(1 - p + Self.epsilon) }
            return value
        }
    }

    /// The derivative with regard to the logit.
    @inline(__always)
    func derivative(probability p: Double, label y: Double) -> Double {
        switch self {
        case .crossEntropy: return p - y
        case .focal(let alpha):
            let rest = 1 - p
            var slope = 0.0
            if y > 0 {
                let q = p + Self.epsilon
                slope -= alpha * y * (rest * rest / q - 2 * rest * log(q))
            }
            if y < 1 {
                let q = rest + Self.epsilon
                slope -= (1 - alpha) * (1 - y) * (2 * p * log(q) - p * p / q)
            }
            return slope * p * rest
        }
    }
}

/// The logistic function.
@inline(__always)
func sigmoid(_ x: Double) -> Double { 1 / (1 + exp(-x)) }
