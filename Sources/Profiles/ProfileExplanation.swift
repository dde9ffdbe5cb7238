/// Why a profile fits a series, or why not.
public struct ProfileExplanation: Sendable, Hashable {
    /// The profile's id.
    public let profileID: String
    /// The profile's version.
    public let version: String
    /// The profile's priority.
    public let priority: Int
    /// Whether the profile is for series that no other profile fits.
    public let isFallback: Bool
    /// Whether every instance satisfies all the rules, and no requirement fails that the profile cannot do without.
    public let matches: Bool
    /// A line for each rule, groups before what is in them.
    public let results: [RuleResult]
    /// A line for each requirement; none where a rule failed: what is not of the protocol is not held against it.
    public let requirements: [RequirementResult]

    /// The profile's own rules that do not hold on every instance.
    public var failedRules: [RuleResult] {
        results.filter { $0.depth == 0 && !$0.holds }
    }

    /// The explanation as a table for a terminal: whether a rule holds, on how many instances, the rule, what was seen.
    public var table: String {
        let width = results.map { $0.rule.count + 2 * $0.depth }.max() ?? 0
        let lines = results.map { result in
            let rule = String(repeating: "  ", count: result.depth) + result.rule
            let padding = String(repeating: " ", count: width - rule.count)
            let verdict = result.holds ? "holds" : "FAILS"
            let seen = Self.list(result.seen, result.omittedCount)
            let line = "  \(verdict)  \(rule)\(padding)  \(result.heldCount) of \(result.instanceCount)  \(seen)"
            return line.trimmingTrailingSpaces()
        }
        let demands = requirements.map { requirement in
            let verdict = requirement.holds ? "holds" : "FAILS"
            let seen = requirement.seen.joined(separator: " | ")
            return "  \(verdict)  requires \(requirement.requirement)  \(seen)"
                + (requirement.holds ? "" : "  → \(requirement.failure.rawValue): \(requirement.reason)")
        }
        let rank = isFallback ? "fallback, priority \(priority)" : "priority \(priority)"
        let heading = "\(profileID) \(version) (\(rank)): \(matches ? "matches" : "does not match")"
        return ([heading] + lines + demands).joined(separator: "\n")
    }

    /// Which rules failed, in one line that may stand in a log: without texts that a person typed.
    public var reason: String {
        guard !matches else { return "\(profileID): matches" }
        let failed = failedRules.map { result in
            let seen = Self.list(result.loggableSeen, result.omittedCount)
            return "\(result.rule): on \(result.heldCount) of \(result.instanceCount)"
                + (seen.isEmpty ? "" : ", seen \(seen)")
        }
        let demands = requirements.filter { !$0.holds && $0.failure == .notMatched }.map(\.words)
        return "\(profileID): " + (failed + demands).joined(separator: "; ")
    }

    private static func list(_ values: [String], _ omitted: Int) -> String {
        // Values that may not be shown all read the same.
        var shown: [String] = []
        for value in values where !shown.contains(value) { shown.append(value) }
        return shown.joined(separator: " | ") + (omitted > 0 ? " and \(omitted) more" : "")
    }
}

extension String {
    fileprivate func trimmingTrailingSpaces() -> String {
        var text = self
        while text.last == " " { text.removeLast() }
        return text
    }
}
