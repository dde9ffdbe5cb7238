/// How well a score tells bad masks from good ones: the area under the receiver operating characteristic.
public struct FlagCurve: Sendable {
    /// The chance that a good mask scores higher than a bad one, ties counted half; `nil` without both kinds.
    public let area: Double?

    /// The curve of scores; `isBad` belongs to the score at the same place.
    public init(scores: [Double], isBad: [Bool]) {
        precondition(scores.count == isBad.count, "every score is of a mask")
        let good = zip(scores, isBad).filter { !$0.1 }.map(\.0)
        let bad = zip(scores, isBad).filter(\.1).map(\.0).sorted()
        guard !good.isEmpty, !bad.isEmpty else {
            area = nil
            return
        }
        var wins = 0.0
        for score in good {
            let below = Self.count(bad) { $0 < score }
            let notAbove = Self.count(bad) { $0 <= score }
            wins += Double(below) + Double(notAbove - below) / 2
        }
        area = wins / Double(good.count * bad.count)
    }

    /// How many of ascending values satisfy a condition that the first ones do.
    private static func count(_ sorted: [Double], where holds: (Double) -> Bool) -> Int {
        var low = 0
        var high = sorted.count
        while low < high {
            let middle = (low + high) / 2
            if holds(sorted[middle]) { low = middle + 1 } else { high = middle }
        }
        return low
    }
}
