import SegmentAnything

/// How the published recipe turns the intensities of a whole volume into bytes, before any slice is taken out of it.
///
/// The range is that of the volume, not of the slice, so neighbouring slices stay comparable. The result is truncated
/// to a byte, not rounded, as the recipe does.
public enum IntensityNormalization: Sendable, Hashable {
    /// CT: intensities (Hounsfield units) are clipped to this window.
    case window(low: Double, high: Double)
    /// Other modalities: intensities are clipped to two percentiles (0…100) of the voxels above 0; voxels that are
    /// exactly 0, which is background, stay 0.
    case percentiles(lower: Double, upper: Double)

    /// The recipe's CT window: level 40, width 400.
    public static let abdominalCT = IntensityNormalization.window(low: -160, high: 240)
    /// The recipe's rule for everything but CT.
    public static let otherModalities = IntensityNormalization.percentiles(lower: 0.5, upper: 99.5)

    /// The bytes of a volume, in the order of its voxels. A volume of one single intensity becomes 0 throughout.
    ///
    /// Throws ``ModelError/invalidInput(_:)`` when an intensity is not a number or infinite, when the window or the
    /// percentiles are not in ascending order, or when percentiles are wanted of a volume without a voxel above 0.
    public func bytes(of volume: [Float]) throws(ModelError) -> [UInt8] {
        guard volume.allSatisfy({ $0.isFinite }) else {
            throw .invalidInput("the volume holds intensities that are not finite numbers")
        }
        let limits = try limits(of: volume)
        let keepsZero =
            switch self {
            case .window: false
            case .percentiles: true
            }
        func clipped(_ voxel: Float) -> Double {
            keepsZero && voxel == 0 ? 0 : min(max(Double(voxel), limits.low), limits.high)
        }
        var low = Double.infinity
        var high = -Double.infinity
        for voxel in volume {
            let value = clipped(voxel)
            low = min(low, value)
            high = max(high, value)
        }
        guard high > low else { return [UInt8](repeating: 0, count: volume.count) }
        return volume.map { UInt8((clipped($0) - low) / (high - low) * 255) }
    }

    private func limits(of volume: [Float]) throws(ModelError) -> (low: Double, high: Double) {
        switch self {
        case .window(let low, let high):
            guard low < high else { throw .invalidInput("the window \(low)…\(high) is empty") }
            return (low, high)
        case .percentiles(let lower, let upper):
            guard 0 <= lower && lower < upper && upper <= 100 else {
                throw .invalidInput("the percentiles \(lower) and \(upper) do not ascend within 0…100")
            }
            let statistics = PositiveOrderStatistics(volume)
            guard statistics.count > 0 else {
                throw .invalidInput("no voxel is above 0, so the volume has no percentiles")
            }
            return (statistics.percentile(lower), statistics.percentile(upper))
        }
    }
}
