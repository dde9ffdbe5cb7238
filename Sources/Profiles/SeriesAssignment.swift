/// What a series of a study gets: its profile, and whether it is taken where several fit the same one.
public struct SeriesAssignment: Sendable {
    /// Series Instance UID (0020,000E).
    public let id: String
    /// Which profile fits, and why the others do not.
    public let outcome: MatchOutcome
    /// Why another series of the study is taken in its place, in words that may stand in a log; `nil` where it is taken.
    public let notChosen: String?

    /// The profile that the series is annotated with; `nil` where none fits or another series is taken.
    public var profile: Profile? { notChosen == nil ? outcome.profile : nil }
}

extension ProfileSet {
    /// Finds the profile of every series of one study, and chooses where a profile asks for it.
    ///
    /// Series that a person would have to prompt are taken only where there is no better one. The answer has the order of
    /// the candidates.
    public func assign(_ study: [SeriesChoice.Candidate]) -> [SeriesAssignment] {
        let outcomes = study.map { match($0.facts) }
        var reasons: [String: String] = [:]
        let fitting = Dictionary(grouping: zip(study, outcomes)) { $1.profile?.id }
        for members in fitting.values {
            guard let choice = members[0].1.profile?.choice else { continue }
            reasons.merge(choice.reasons(members.map { ($0, $1.refusal == nil) })) { first, _ in first }
        }
        return zip(study, outcomes).map { candidate, outcome in
            SeriesAssignment(id: candidate.id, outcome: outcome, notChosen: reasons[candidate.id])
        }
    }
}

extension SeriesChoice {
    /// For each candidate that is not taken, why; `isGood` tells those that need no person.
    fileprivate func reasons(_ candidates: [(candidate: Candidate, isGood: Bool)]) -> [String: String] {
        let good = rank(candidates.filter(\.isGood).map(\.candidate))
        let rest = rank(candidates.filter { !$0.isGood }.map(\.candidate))
        let ordered = good + rest
        guard ordered.count > count, let last = ordered.prefix(count).last else { return [:] }
        return ordered.dropFirst(count).reduce(into: [:]) { reasons, ranking in
            reasons[ranking.id] = why(last, before: ranking, onlyRest: good.count >= count && rest.contains(ranking))
        }
    }

    private func why(_ taken: Ranking, before other: Ranking, onlyRest: Bool) -> String {
        let start = count == 1 ? "another series of the study is taken" : "\(count) other series of the study are taken"
        if onlyRest { return "\(start), which needs no person's prompt" }
        let values = zip(preferences, zip(taken.values, other.values))
        guard let (preference, (one, two)) = values.first(where: { $1.0 != $1.1 }) else {
            return "\(start): both are alike in all that is compared"
        }
        if case .satisfying = preference { return "\(start): \(preference)" }
        return "\(start): \(preference), \(Self.words(one)) before \(Self.words(two))"
    }

    private static func words(_ value: Double?) -> String {
        value.map { (($0 * 1000).rounded() / 1000).shortest } ?? "none"
    }
}
