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
    private var hasZero = false
    /// How often each value above 0 occurs. Stored values have 16 bits, so there are few.
    private var counts: [Float: Int] = [:]
    /// Bits of the significand that are dropped when a volume with a rescale for each slice has too many values.
    private var droppedBits: UInt32 = 0
    private let capacity: Int

    /// Statistics of nothing yet.
    public init(rule: Rule) {
        self.init(rule: rule, capacity: 1 << 20)
    }

    /// Keeps at most `capacity` different values.
    init(rule: Rule, capacity: Int) {
        self.rule = rule
        self.capacity = capacity
    }

    /// Takes the modality values of one slice.
    public mutating func add(_ slice: [Float]) {
        for value in slice where value.isFinite {
            minimum = min(minimum, Double(value))
            maximum = max(maximum, Double(value))
            if value == 0 { hasZero = true }
        }
        guard case .percentiles = rule else { return }
        var last: Float = 0
        var run = 0
        for value in slice where value > 0 && value.isFinite {
            if value == last {
                run += 1
                continue
            }
            count(last, run)
            last = value
            run = 1
        }
        count(last, run)
    }

    /// Takes a value that occurs so often: for volumes whose values were counted already.
    public mutating func add(_ value: Float, times: Int) {
        guard times > 0 else { return }
        add([value])
        if case .percentiles = rule, value > 0, value.isFinite { count(value, times - 1) }
    }

    /// The scaling of everything that was added.
    public func scaling() -> IntensityScaling {
        switch rule {
        case .window(let low, let high):
            scaling(limits: min(low, high)...max(low, high), keepsZero: false)
        case .percentiles(let low, let high):
            scaling(limits: percentiles(min(low, high), max(low, high)), keepsZero: true)
        }
    }

    private func scaling(limits: ClosedRange<Double>, keepsZero: Bool) -> IntensityScaling {
        func clipped(_ value: Double) -> Double {
            keepsZero && value == 0 ? 0 : min(max(value, limits.lowerBound), limits.upperBound)
        }
        guard minimum <= maximum else {
            return IntensityScaling(limits: limits, range: limits, keepsZero: keepsZero)
        }
        // Zeros that are kept lie below the limits, and values below 0 do not: both ends have to be asked for them.
        var ends = [clipped(minimum), clipped(maximum)]
        if hasZero { ends.append(clipped(0)) }
        let range = (ends.min() ?? 0)...(ends.max() ?? 0)
        return IntensityScaling(limits: limits, range: range, keepsZero: keepsZero)
    }

    private mutating func count(_ value: Float, _ times: Int) {
        guard times > 0 else { return }
        counts[rounded(value), default: 0] += times
        while counts.count > capacity, droppedBits < 23 {
            droppedBits = droppedBits == 0 ? 4 : droppedBits + 1
            counts = Dictionary(counts.map { (rounded($0.key), $0.value) }, uniquingKeysWith: +)
        }
    }

    private func rounded(_ value: Float) -> Float {
        Float(bitPattern: (value.bitPattern >> droppedBits) << droppedBits)
    }

    /// Linear interpolation between the two nearest ranks.
    private func percentiles(_ low: Double, _ high: Double) -> ClosedRange<Double> {
        let sorted = counts.sorted { $0.key < $1.key }
        let total = sorted.reduce(0) { $0 + $1.value }
        guard total > 0 else { return 0...0 }
        func value(rank: Int) -> Double {
            var seen = 0
            for (value, count) in sorted {
                seen += count
                if rank < seen { return Double(value) }
            }
            return Double(sorted[sorted.count - 1].key)
        }
        func percentile(_ percent: Double) -> Double {
            let position = min(max(percent, 0), 100) / 100 * Double(total - 1)
            let below = Int(position.rounded(.down))
            let fraction = position - Double(below)
            let lower = value(rank: below)
            let upper = value(rank: min(below + 1, total - 1))
            // From the nearer end, as NumPy does: otherwise the last bit differs, and a byte with it.
            return fraction < 0.5 ? lower + (upper - lower) * fraction : upper - (upper - lower) * (1 - fraction)
        }
        let lower = percentile(low)
        return lower...max(lower, percentile(high))
    }
}
