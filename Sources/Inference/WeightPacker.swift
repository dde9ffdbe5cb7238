import COneDNN
import Tensors

/// Prepares the layers of a network for a precision.
package struct WeightPacker: LayerPreparation {
    /// What the network was opened with, as far as the CPU has it.
    package let precision: NetworkPrecision
    private let isKeptInBFloat16: @Sendable (String) -> Bool

    /// Layers whose name the closure accepts stay in bf16 when the others are rounded to integers.
    package init(_ precision: NetworkPrecision, keepingInBFloat16 isKept: @escaping @Sendable (String) -> Bool) {
        self.precision = Self.available(precision)
        isKeptInBFloat16 = isKept
    }

    /// The precision, or the next better one that the CPU has instructions for.
    package static func available(_ precision: NetworkPrecision) -> NetworkPrecision {
        precision.available
    }

    /// Layers with few outputs or short sums are left as they are: packing gains nothing there.
    package func product(_ name: String, _ weights: WeightsToPrepare) -> (any PreparedProduct)? {
        guard preread_cpu_has_avx512_core(), weights.outputs >= 32, weights.inputs >= 32 else { return nil }
        let chosen = precision == .integer8 && isKeptInBFloat16(name) ? Self.available(.bfloat16) : precision
        guard
            let layout = PackedLayout(
                precision: chosen,
                groups: weights.groups,
                outputs: weights.outputs,
                inputs: weights.inputs
            )
        else { return nil }
        return PackedProduct(layout, weights)
    }
}
