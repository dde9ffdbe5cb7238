/// What becomes known of a volume while it is decoded, in this order: one `coding`, then slices.
package enum VolumeEvent: Sendable, Hashable, Codable {
    case coding(VolumeCoding)
    /// The slice is in memory.
    case ready(Int)
    /// The slice cannot be decoded, for a reason code.
    case failed(Int, reason: String)
    /// The slices of the sample are in memory.
    case sampled(ValueRange)
}

/// Modality values that occur in a sample of a volume's slices.
package struct ValueRange: Sendable, Hashable, Codable {
    package let minimum: Double
    package let maximum: Double
    /// Between which 98 of 100 pixels lie that are not the smallest value.
    package let low: Double
    package let high: Double

    package init(minimum: Double, maximum: Double, low: Double, high: Double) {
        self.minimum = minimum
        self.maximum = maximum
        self.low = low
        self.high = high
    }

    /// Of stored numbers, by how often each occurs.
    init?(counts: [Int], coding: VolumeCoding) {
        func value(_ index: Int) -> Double { Double(coding.value(Int16(index - 32_768))) }
        guard let first = counts.firstIndex(where: { $0 > 0 }), let last = counts.lastIndex(where: { $0 > 0 }) else {
            return nil
        }
        let inside = first == last ? first...last : first + 1...last
        let total = inside.reduce(0) { $0 + counts[$1] }
        func percentile(_ share: Double) -> Int {
            var seen = 0
            for index in inside {
                seen += counts[index]
                if Double(seen) >= share * Double(total) { return index }
            }
            return last
        }
        let ends = [value(first), value(last)]
        let limits = [value(percentile(0.01)), value(percentile(0.99))]
        self.init(
            minimum: ends.min() ?? 0,
            maximum: ends.max() ?? 0,
            low: limits.min() ?? 0,
            high: limits.max() ?? 0
        )
    }
}
