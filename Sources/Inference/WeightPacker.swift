import COneDNN
import DurableFiles
import Synchronization
import Tensors

/// Prepares the layers of a network for a precision.
package final class WeightPacker: LayerPreparation {
    /// What the network was opened with, as far as the CPU has it.
    package let precision: NetworkPrecision
    private let cache: PackedWeightCache?
    private let file: PackedWeightFile?
    private let isKeptInBFloat16: @Sendable (String) -> Bool
    private let made = Mutex<[Layer]>([])

    private struct Layer {
        let name: String
        let product: PackedProduct
    }

    /// Layers whose name the closure accepts stay in bf16 when the others are rounded to integers. Weights are taken from
    /// the cache where they are there; otherwise they are packed by ``finish()``, or without a cache when they are first
    /// used.
    package init(
        _ precision: NetworkPrecision,
        cache: PackedWeightCache? = nil,
        keepingInBFloat16 isKept: @escaping @Sendable (String) -> Bool
    ) {
        let available = Self.available(precision)
        self.precision = available
        self.cache = cache
        file = cache.flatMap { PackedWeightFile($0.path(available), key: $0.key(available)) }
        if file != nil { cache?.touch(available) }
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
        let product = PackedProduct(layout, weights, packed: file?.weights(name, layout))
        if cache != nil { made.withLock { $0.append(Layer(name: name, product: product)) } }
        return product
    }

    /// Called when the network is made: without a complete file in the cache, packs what is missing, writes the file, and
    /// hands its memory to the layers.
    package func finish() {
        let layers = made.withLock { $0 }
        guard let cache, !layers.allSatisfy(\.product.isPacked) else { return }
        let (path, key) = (cache.path(precision), cache.key(precision))
        let packed = layers.map { (name: $0.name, weights: $0.product.weights) }
        // Weights that are not what they are called must not be found under that name when the right ones are back.
        guard cache.isTrusted() else { return }
        do {
            try PackedWeightFile.write(packed, to: path, key: key)
        } catch {
            // A full disk or a folder that is not ours costs time at the next start and nothing else.
            return cache.warn("packed weights cannot be kept in \(cache.folder.displayName): \(error)")
        }
        cache.prune(keeping: path)
        guard let file = PackedWeightFile(path, key: key) else { return }
        for (layer, own) in zip(layers, packed) {
            if let mapped = file.weights(layer.name, own.weights.layout) { layer.product.take(mapped) }
        }
    }
}
