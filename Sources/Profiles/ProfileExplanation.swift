/// Why a profile fits a series, or why not.
public struct ProfileExplanation: Sendable, Hashable {
    /// The profile's id.
    public let profileID: String
    /// The profile's version.
    public let version: String
    /// The profile's priority.
    public let priority: Int
    /// Whether every instance satisfies all the rules.
    public let matches: Bool
    /// A line for each rule, groups before what is in them.
    public let results: [RuleResult]

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
        let heading = "\(profileID) \(version) (priority \(priority)): \(matches ? "matches" : "does not match")"
        return ([heading] + lines).joined(separator: "\n")
    }

    /// Which rules failed, in one line that may stand in a log: without texts that a person typed.
    public var reason: String {
        guard !matches else { return "\(profileID): matches" }
        let failed = failedRules.map { result in
            let seen = Self.list(result.loggableSeen, result.omittedCount)
            return "\(result.rule): on \(result.heldCount) of \(result.instanceCount)"
                + (seen.isEmpty ? "" : ", seen \(seen)")
        }
        return "\(profileID): " + failed.joined(separator: "; ")
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
