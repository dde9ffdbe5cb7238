/// Maps modality values to the bytes that a network sees.
///
/// CT: values are clipped to a window in HU. The bytes then span the minimum and maximum of the clipped *volume*, not of
/// one slice, and are truncated, as LiteMedSAM's published preparation does. Other modalities clip to percentiles of
/// the voxels above 0, and voxels that were exactly 0 stay darkest.
public struct IntensityScaling: Sendable, Hashable {
    /// The value that becomes 0.
    public let low: Double
    /// The value that becomes 255.
    public let high: Double
    private let keepsZero: Bool

    /// A scaling that sends `low` to 0 and `high` to 255.
    public init(low: Double, high: Double) {
        self.init(low: low, high: high, keepsZero: false)
    }

    init(low: Double, high: Double, keepsZero: Bool) {
        self.low = low
        self.high = max(high, low)
        self.keepsZero = keepsZero
    }

    /// The byte of one value: `trunc((v − low) / (high − low) · 255)` in fp64.
    public func byte(_ value: Float) -> UInt8 {
        guard value.isFinite, high > low, !(keepsZero && value == 0) else { return 0 }
        let clipped = min(max(Double(value), low), high)
        return UInt8((clipped - low) / (high - low) * 255)
    }

    /// The bytes of one slice, row-major.
    public func bytes(_ slice: [Float]) -> [UInt8] {
        slice.map(byte)
    }
}

/// Gathers what ``IntensityScaling`` needs from a volume, slice by slice, so that no volume has to be in memory.
public struct IntensityStatistics: Sendable {
    /// How the scaling is chosen.
    public enum Rule: Sendable, Hashable {
        /// A window in modality values.
        case window(low: Double, high: Double)
        /// Percentiles in 0…100 of the voxels above 0.
        case percentiles(low: Double, high: Double)
    }

    private let rule: Rule
    private var minimum = Double.infinity
    private var maximum = -Double.infinity
    private var sample: [Float] = []
    private var stride = 1
    private var skipped = 0
    /// Above this many values every second one is dropped, so memory is bounded.
    private static let capacity = 4_000_000

    public init(rule: Rule) {
        self.rule = rule
    }

    /// Takes the modality values of one slice.
    public mutating func add(_ slice: [Float]) {
        switch rule {
        case .window(let low, let high):
            for value in slice where value.isFinite {
                let clipped = min(max(Double(value), low), high)
                minimum = min(minimum, clipped)
                maximum = max(maximum, clipped)
            }
        case .percentiles:
            for value in slice where value > 0 && value.isFinite { keep(value) }
        }
    }

    /// The scaling of everything that was added.
    public func scaling() -> IntensityScaling {
        switch rule {
        case .window(let low, let high):
            guard minimum <= maximum else { return IntensityScaling(low: low, high: high) }
            return IntensityScaling(low: minimum, high: maximum)
        case .percentiles(let low, let high):
            let sorted = sample.sorted()
            guard !sorted.isEmpty else { return IntensityScaling(low: 0, high: 0) }
            return IntensityScaling(
                low: Self.percentile(low, of: sorted),
                high: Self.percentile(high, of: sorted),
                keepsZero: true
            )
        }
    }

    private mutating func keep(_ value: Float) {
        skipped += 1
        guard skipped >= stride else { return }
        skipped = 0
        sample.append(value)
        guard sample.count >= Self.capacity else { return }
        sample = sample.enumerated().filter { $0.offset % 2 == 0 }.map(\.element)
        stride *= 2
    }

    /// Linear interpolation between the two nearest ranks.
    private static func percentile(_ percent: Double, of sorted: [Float]) -> Double {
        let position = percent / 100 * Double(sorted.count - 1)
        let below = Int(position.rounded(.down))
        let above = min(below + 1, sorted.count - 1)
        let fraction = position - Double(below)
        return Double(sorted[below]) * (1 - fraction) + Double(sorted[above]) * fraction
    }
}
