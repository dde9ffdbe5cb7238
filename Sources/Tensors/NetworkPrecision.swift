/// The number format in which a network's weights are held and multiplied when nothing is trained.
///
/// Results and everything between the products stay fp32. Without instructions for a format (AVX512-BF16, AVX512-VNNI) a
/// network runs in the next better one that the CPU has.
public enum NetworkPrecision: String, Sendable, Hashable, Codable, CaseIterable {
    /// fp32 throughout.
    case float32 = "fp32"
    /// Both sides of products are rounded to bf16; sums are fp32.
    case bfloat16 = "bf16"
    /// Weights are 8-bit integers with a scale for every output, activations 8-bit integers with a scale and a zero for
    /// every row, chosen while it runs; sums are exact. Layers that lose too much by it stay in bf16.
    case integer8 = "int8"
}

extension NetworkPrecision {
    /// Runs the body with those products, too, that no weight is prepared for: in bf16 unless the network runs in fp32.
    package func withProducts<Result>(_ body: () -> Result) -> Result {
        guard self != .float32 else { return body() }
        return ProductPrecision.$current.withValue(.bfloat16, operation: body)
    }
}
