import COneDNN

extension NetworkPrecision {
    /// This precision, or the next better one that the CPU has instructions for: what a network that is opened with it runs
    /// in.
    public var available: NetworkPrecision {
        switch self {
        case .float32: .float32
        case .bfloat16: ProductPrecision.isBFloat16Fast ? .bfloat16 : .float32
        case .integer8: preread_cpu_multiplies_integer8() ? .integer8 : Self.bfloat16.available
        }
    }
}
