/// Which slices of a series that is learnt from serve for validation where there are too few patients: one slab of
/// neighbouring slices, with a gap on both sides that is not used, because neighbours are nearly the same slice.
///
/// The scores are optimistic: they are of patients whom the network has seen.
public struct SlabRule: Sendable, Hashable, Codable {
    /// What a slice is there for.
    public enum Role: String, Sendable, Hashable, Codable {
        case train
        case validation
        /// Too near to validation to learn from.
        case unused
    }

    /// The share of a series that is validated on.
    public var share: Double
    /// Slices on both sides that are not used.
    public var gap: Int

    /// A share, 0…1, and a gap.
    public init(share: Double = 0.1, gap: Int = 1) {
        self.share = share
        self.gap = gap
    }

    /// The roles of a series' slices along the normal, from the segments that each shows.
    ///
    /// The slab lies where it shows the most segments of which enough is left to learn from; among equals the case
    /// decides, so that the slabs of several cases lie differently. A series of fewer than 5 slices is learnt from as a
    /// whole.
    public func roles(of segments: [[String]], caseID: String) -> [Role] {
        let length = Int((Double(segments.count) * share).rounded())
        guard segments.count >= 5, length > 0, length < segments.count else {
            return segments.map { _ in .train }
        }
        let counts = (0...(segments.count - length)).map { judged(segments, $0..<$0 + length) }
        let most = counts.max() ?? 0
        let places = counts.indices.filter { counts[$0] == most }
        let choice = SplitPatient.rank(caseID, .slab).multipliedFullWidth(by: UInt64(places.count)).high
        let first = places[Int(choice)]
        return segments.indices.map { index in
            if (first..<first + length).contains(index) { return .validation }
            return (first - gap..<first + length + gap).contains(index) ? .unused : .train
        }
    }

    /// How many segments a slab shows on at least two slices and leaves on as many at least.
    private func judged(_ segments: [[String]], _ slab: Range<Int>) -> Int {
        func counts(_ slices: some Sequence<[String]>) -> [String: Int] {
            slices.reduce(into: [:]) { counts, names in
                for name in Set(names) { counts[name, default: 0] += 1 }
            }
        }
        let all = counts(segments)
        return counts(segments[slab]).count { $0.value >= 2 && all[$0.key, default: 0] >= 2 * $0.value }
    }
}
