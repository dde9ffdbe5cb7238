/// Which slices of a series are used: neighbours are nearly the same slice, and every slice costs runs of the encoder.
public struct SliceThinning: Sendable, Hashable, Codable {
    /// Slices of one series that are enough.
    public var slices: Int
    /// Slices of each segment that are kept where there are as many, even beyond that.
    public var slicesPerSegment: Int

    /// How many slices are enough.
    public init(slices: Int = 64, slicesPerSegment: Int = 8) {
        self.slices = slices
        self.slicesPerSegment = slicesPerSegment
    }

    /// Slices at even distances, ascending, and more of segments that would have too few. Slices without a segment are
    /// not chosen.
    public func chosen(among candidates: [Int], segments: [[String]]) -> [Int] {
        let useful = candidates.filter { !segments[$0].isEmpty }.sorted()
        guard useful.count > slices else { return useful }
        var chosen = Set(Self.even(useful, count: slices))
        for name in Set(useful.flatMap { segments[$0] }).sorted() {
            let own = useful.filter { segments[$0].contains(name) }
            guard own.count(where: chosen.contains) < slicesPerSegment else { continue }
            chosen.formUnion(Self.even(own, count: slicesPerSegment))
        }
        return chosen.sorted()
    }

    private static func even(_ slices: [Int], count: Int) -> [Int] {
        guard slices.count > count else { return slices }
        return (0..<count).map { slices[$0 * slices.count / count] }
    }
}
