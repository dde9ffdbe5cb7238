/// Finds the profile for a series.
public enum ProfileMatcher {
    /// Tries every profile on a series.
    ///
    /// Of those that fit, the one with the highest priority wins; of several with that priority the one whose id comes
    /// first in byte order, so that the same series always gets the same profile. ``MatchOutcome/tied`` then names the
    /// others, for the log. A series without instances fits nothing.
    public static func match(_ facts: SeriesFacts, profiles: [Profile]) -> MatchOutcome {
        let evaluation = RuleEvaluation(facts: facts)
        let ordered = profiles.sorted { ($1.priority, $0.id) < ($0.priority, $1.id) }
        let explanations = ordered.map { explain($0, evaluation) }
        let fitting = zip(ordered, explanations).filter { $1.matches }.map(\.0)
        let winner = fitting.first
        return MatchOutcome(
            profile: winner,
            tied: fitting.dropFirst().filter { $0.priority == winner?.priority }.map(\.id),
            explanations: explanations
        )
    }

    private static func explain(_ profile: Profile, _ evaluation: RuleEvaluation) -> ProfileExplanation {
        let outcomes = profile.rules.map { evaluation.evaluate($0) }
        let hasInstances = !evaluation.facts.instances.isEmpty
        return ProfileExplanation(
            profileID: profile.id,
            version: profile.version,
            priority: profile.priority,
            matches: hasInstances && outcomes.allSatisfy { $0.held.allSatisfy { $0 } },
            results: outcomes.flatMap(\.results)
        )
    }
}

/// Which profile fits a series, and why the others do not.
public struct MatchOutcome: Sendable {
    /// `nil` when no profile fits.
    public let profile: Profile?
    /// Ids of profiles that fit as well and have the winner's priority; empty where the choice was clear.
    public let tied: [String]
    /// One for each profile, the highest priority first.
    public let explanations: [ProfileExplanation]

    /// One line for the ledger and the log: which profile was chosen, or of each profile which rule failed.
    public var reason: String {
        guard let profile else {
            if explanations.isEmpty { return "no profile matches: there are no profiles" }
            return "no profile matches: " + explanations.map(\.reason).joined(separator: " / ")
        }
        let others = tied.joined(separator: ", ")
        return "profile \(profile.id) \(profile.version)"
            + (tied.isEmpty ? "" : " (by its name; as high in priority and fitting as well: \(others))")
    }

    /// The whole explanation for a terminal.
    public var table: String {
        (explanations.map(\.table) + [reason]).joined(separator: "\n\n")
    }
}
