import COneDNN

/// The number format in which large matrix products take their operands.
///
/// A setting of the calling task, or of the calling thread outside of tasks:
/// `ProductPrecision.$current.withValue(.bfloat16) { … }`. Every product reads it when it is called; a gradient's
/// products read it when gradients are asked for, so the closure has to hold that call too.
public enum ProductPrecision: String, Sendable, Hashable, CaseIterable {
    /// fp32 throughout.
    case float32
    /// Operands of large products are rounded to bf16, to nearest and to even on a tie; they are multiplied exactly and
    /// summed in fp32. Tensors and everything else stay fp32.
    ///
    /// Small products, whose conversion would cost more than it saves, stay fp32; so does every product on a CPU where
    /// ``isBFloat16Fast`` is false.
    case bfloat16

    /// The precision of products that this task calls; fp32 unless it is set.
    @TaskLocal public static var current = ProductPrecision.float32

    /// Whether this CPU multiplies bf16 in its own instructions (AVX512-BF16: Zen 4, Cooper Lake, Sapphire Rapids and
    /// later). Elsewhere bf16 would be both slower and less exact than fp32.
    public static let isBFloat16Fast = preread_cpu_multiplies_bfloat16()
}
