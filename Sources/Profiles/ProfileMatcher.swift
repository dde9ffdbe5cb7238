/// Finds the profile for a series.
public enum ProfileMatcher {
    /// Tries every profile on a series.
    ///
    /// Of those that fit, the one with the highest priority wins; of several with that priority the one whose id comes
    /// first in byte order, so that the same series always gets the same profile. ``MatchOutcome/tied`` then names the
    /// others, for the log. Fallback profiles come after all others, whatever their priority. A series without instances
    /// fits nothing.
    public static func match(_ facts: SeriesFacts, profiles: [Profile]) -> MatchOutcome {
        let evaluation = RuleEvaluation(facts: facts)
        let ordered = profiles.sorted { one, other in
            if one.isFallback != other.isFallback { return other.isFallback }
            return (other.priority, one.id) < (one.priority, other.id)
        }
        let explanations = ordered.map { explain($0, evaluation) }
        let fitting = zip(ordered, explanations).filter { $1.matches }.map(\.0)
        let winner = fitting.first
        return MatchOutcome(
            profile: winner,
            tied: fitting.dropFirst()
                .filter { $0.priority == winner?.priority && $0.isFallback == winner?.isFallback }.map(\.id),
            explanations: explanations
        )
    }

    private static func explain(_ profile: Profile, _ evaluation: RuleEvaluation) -> ProfileExplanation {
        let outcomes = profile.rules.map { evaluation.evaluate($0) }
        let fits = !evaluation.facts.instances.isEmpty && outcomes.allSatisfy { $0.held.allSatisfy { $0 } }
        let requirements = fits ? profile.results(of: evaluation.facts) : []
        return ProfileExplanation(
            profileID: profile.id,
            version: profile.version,
            priority: profile.priority,
            isFallback: profile.isFallback,
            matches: fits && !requirements.contains { !$0.holds && $0.failure == .notMatched },
            results: outcomes.flatMap(\.results),
            requirements: requirements
        )
    }
}

extension Profile {
    fileprivate func results(of facts: SeriesFacts) -> [RequirementResult] {
        guard !requirements.isEmpty else { return [] }
        let evaluation = RequirementEvaluation(facts)
        return requirements.map(evaluation.evaluate)
    }

    /// Why a person has to prompt a series that fits the profile: every requirement that it fails, in one line that may
    /// stand in a log; `nil` where it is good enough.
    public func refusal(of facts: SeriesFacts) -> String? {
        let failed = results(of: facts).filter { !$0.holds && $0.failure == .needsPrompt }
        return failed.isEmpty ? nil : failed.map(\.words).joined(separator: "; ")
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

    /// Why a person has to prompt the series although a profile fits; `nil` where it is good enough.
    public var refusal: String? {
        guard let profile, let explanation = explanations.first(where: { $0.profileID == profile.id }) else {
            return nil
        }
        let failed = explanation.requirements.filter { !$0.holds }
        return failed.isEmpty ? nil : failed.map(\.words).joined(separator: "; ")
    }

    /// One line for the ledger and the log: which profile was chosen, or of each profile which rule failed.
    public var reason: String {
        guard let profile else {
            if explanations.isEmpty { return "no profile matches: there are no profiles" }
            return "no profile matches: " + explanations.map(\.reason).joined(separator: " / ")
        }
        let others = tied.joined(separator: ", ")
        return "profile \(profile.id) \(profile.version)"
            + (tied.isEmpty ? "" : " (by its name; as high in priority and fitting as well: \(others))")
            + (refusal.map { ", which needs a person's prompt: \($0)" } ?? "")
    }

    /// The whole explanation for a terminal.
    public var table: String {
        (explanations.map(\.table) + [reason]).joined(separator: "\n\n")
    }
}
