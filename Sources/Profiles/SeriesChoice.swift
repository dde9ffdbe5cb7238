/// Which of several series of one study that fit the same profile are taken.
///
/// A study often has one scan several times over: thin and thick, with soft and hard kernels. One of them is enough.
public struct SeriesChoice: Sendable, Hashable {
    /// What is compared, the most important first.
    public enum Preference: Sendable, Hashable {
        /// Series whose every slice satisfies the rules come first.
        case satisfying([MatchRule])
        /// Series with the smaller or larger value come first.
        case extreme(Quantity, Order)
    }

    /// A number that a series has.
    public enum Quantity: Sendable, Hashable {
        /// Instances, or frames of a multi-frame instance.
        case sliceCount
        /// mm between neighbours.
        case sliceSpacing
        /// mm from the first slice to the last.
        case coverage
        /// The median of an attribute's first value.
        case attribute(MatchAttribute)
    }

    /// Which value comes first.
    public enum Order: String, Sendable, Hashable, CaseIterable {
        case smallest
        case largest
    }

    /// How many series of a study are taken.
    public let count: Int
    /// What is compared, the most important first.
    public let preferences: [Preference]

    /// A series of the study that fits the profile.
    public struct Candidate: Sendable {
        /// Series Instance UID (0020,000E).
        public let id: String
        /// What the series says of itself.
        public let facts: SeriesFacts

        /// A series and what it says of itself.
        public init(id: String, facts: SeriesFacts) {
            self.id = id
            self.facts = facts
        }
    }

    /// The candidates that are taken and those that are not, the best first.
    ///
    /// A series without a value comes after those that have one; of series that are alike in everything the one whose id
    /// comes first in byte order is taken.
    public func rank(_ candidates: [Candidate]) -> [Ranking] {
        let ranked = candidates.map { Ranking(id: $0.id, values: values(of: $0.facts)) }
        let ordered = ranked.sorted { isBefore($0, $1) }
        return ordered.enumerated().map { position, ranking in
            var ranking = ranking
            ranking.isTaken = position < count
            return ranking
        }
    }

    /// One candidate and what decided.
    public struct Ranking: Sendable, Hashable {
        /// Series Instance UID (0020,000E).
        public let id: String
        /// For each preference the series's value; for rules 1 where they hold and 0 where they do not.
        public let values: [Double?]
        /// Whether the series is among those that are taken.
        public fileprivate(set) var isTaken = false
    }

    private func isBefore(_ one: Ranking, _ other: Ranking) -> Bool {
        for (preference, (first, second)) in zip(preferences, zip(one.values, other.values)) where first != second {
            guard let first else { return false }
            guard let second else { return true }
            return preference.order == .smallest ? first < second : first > second
        }
        return one.id < other.id
    }

    private func values(of facts: SeriesFacts) -> [Double?] {
        let rules = RuleEvaluation(facts: facts)
        let spacing = SliceSpacing(facts)
        return preferences.map { preference in
            switch preference {
            case .satisfying(let wanted):
                wanted.allSatisfy { rules.evaluate($0).held.allSatisfy { $0 } } ? 1 : 0
            case .extreme(.sliceCount, _): Double(facts.instances.count)
            case .extreme(.sliceSpacing, _): spacing?.spacing
            case .extreme(.coverage, _): spacing?.coverage
            case .extreme(.attribute(let attribute), _): facts.median(of: attribute)
            }
        }
    }

    var keys: Set<String> {
        preferences.reduce(into: []) { keys, preference in
            switch preference {
            case .satisfying(let rules): for rule in rules { keys.formUnion(rule.keys) }
            case .extreme(.attribute(let attribute), _): keys.insert(attribute.key)
            case .extreme(.sliceCount, _): break
            case .extreme:
                keys.formUnion([SeriesFacts.imagePositionPatient, SeriesFacts.imageOrientationPatient])
            }
        }
    }
}

extension SeriesChoice.Preference: CustomStringConvertible {
    /// For example `smallest slice spacing`.
    public var description: String {
        switch self {
        case .satisfying(let rules): rules.map(\.description).joined(separator: " and ")
        case .extreme(let quantity, let order): "\(order.rawValue) \(quantity)"
        }
    }

    fileprivate var order: SeriesChoice.Order {
        switch self {
        case .satisfying: .largest
        case .extreme(_, let order): order
        }
    }
}

extension SeriesChoice.Quantity: CustomStringConvertible {
    /// For example `slice spacing`.
    public var description: String {
        switch self {
        case .sliceCount: "slice count"
        case .sliceSpacing: "slice spacing"
        case .coverage: "coverage"
        case .attribute(let attribute): attribute.key
        }
    }
}

extension SeriesFacts {
    fileprivate func median(of attribute: MatchAttribute) -> Double? {
        let values = instances.compactMap { instance in
            instance[attribute.key]?.first.flatMap { Double($0.trimmingWhiteSpace()) }
        }.filter(\.isFinite).sorted()
        return values.isEmpty ? nil : values[values.count / 2]
    }
}
