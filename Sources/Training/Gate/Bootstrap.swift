/// Percentile bootstrap with a seed: how far a statistic moves when what it was measured on is drawn again
/// (Efron and Tibshirani, An Introduction to the Bootstrap, 1993, chapter 13).
///
/// A draw gives each leaf a weight: how often it was drawn. The same seed gives the same interval, bit for bit.
public struct Bootstrap: Sendable, Hashable {
    /// How often is drawn.
    public var resamples = 2_000
    /// The share of draws within the interval.
    public var confidence = 0.95
    /// What chance starts from.
    public var seed: UInt64

    /// A bootstrap of 2,000 draws at 95 %.
    public init(seed: UInt64) {
        self.seed = seed
    }

    /// The leaves that are drawn, in groups.
    public struct Sample: Sendable, Hashable {
        /// Leaf numbers of each group; every leaf of `0..<leafCount` is in one group.
        public var groups: [[Int]]
        /// Whether whole groups are drawn before leaves are drawn within them. Otherwise every group stays, and leaves
        /// are drawn within each.
        public var drawsGroups: Bool
        /// What a drawn thing is.
        public var unit: ConfidenceInterval.Unit

        /// Groups of leaves.
        public init(groups: [[Int]], drawsGroups: Bool, unit: ConfidenceInterval.Unit) {
            self.groups = groups
            self.drawsGroups = drawsGroups
            self.unit = unit
        }

        /// The number of leaves.
        public var leafCount: Int { groups.reduce(0) { $0 + $1.count } }
        /// The number of things that are drawn.
        public var unitCount: Int { drawsGroups ? groups.count : leafCount }
    }

    /// The interval of a statistic; `nil` where fewer than half of the draws have a value.
    ///
    /// `statistic` gets a weight for each leaf and answers `nil` where nothing can be said from those.
    public func interval(of sample: Sample, statistic: ([Double]) -> Double?) -> ConfidenceInterval? {
        var generator = Generator(state: seed)
        var values: [Double] = []
        values.reserveCapacity(resamples)
        for _ in 0..<resamples {
            if let value = statistic(weights(of: sample, &generator)), value.isFinite { values.append(value) }
        }
        guard values.count * 2 >= resamples, !values.isEmpty else { return nil }
        values.sort()
        let tail = (1 - confidence) / 2
        return ConfidenceInterval(
            lower: Self.quantile(tail, of: values),
            upper: Self.quantile(1 - tail, of: values),
            unit: sample.unit,
            count: sample.unitCount
        )
    }

    private func weights(of sample: Sample, _ generator: inout Generator) -> [Double] {
        var weights = [Double](repeating: 0, count: sample.leafCount)
        for index in sample.groups.indices {
            let group = sample.groups[sample.drawsGroups ? generator.index(below: sample.groups.count) : index]
            for _ in group.indices { weights[group[generator.index(below: group.count)]] += 1 }
        }
        return weights
    }

    /// Linear between the two nearest ranks of sorted values.
    private static func quantile(_ fraction: Double, of sorted: [Double]) -> Double {
        let position = fraction * Double(sorted.count - 1)
        let below = Int(position.rounded(.down))
        let above = min(below + 1, sorted.count - 1)
        return sorted[below] + (sorted[above] - sorted[below]) * (position - Double(below))
    }

    /// SplitMix64 (Steele, Lea and Flood, Fast splittable pseudorandom number generators, 2014): the standard
    /// library's generators may change, and a decision must be repeatable.
    private struct Generator {
        var state: UInt64

        mutating func index(below count: Int) -> Int {
            state &+= 0x9E37_79B9_7F4A_7C15
            var mixed = state
            mixed = (mixed ^ (mixed >> 30)) &* 0xBF58_476D_1CE4_E5B9
            mixed = (mixed ^ (mixed >> 27)) &* 0x94D0_49BB_1331_11EB
            mixed ^= mixed >> 31
            return Int(mixed.multipliedFullWidth(by: UInt64(count)).high)
        }
    }
}
