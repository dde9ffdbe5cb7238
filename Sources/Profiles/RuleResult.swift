/// What became of one rule on one series: a line of an explanation.
public struct RuleResult: Sendable, Hashable {
    /// The rule in words.
    public let rule: String
    /// Where it stands in the profile's file.
    public let line: Int
    /// 0 for the profile's own rules, 1 for those in a group of it, and so on.
    public let depth: Int
    /// On how many instances the rule holds.
    public let heldCount: Int
    /// How many instances the series has.
    public let instanceCount: Int
    /// The different values that were seen, the commonest first, at most ``seenLimit``; none for a group.
    public let seen: [String]
    /// How many more different values there were.
    public let omittedCount: Int
    /// What may be shown of the values.
    public let disclosure: MatchAttribute.Disclosure

    /// The most values that are listed.
    public static let seenLimit = 5

    /// Whether the rule holds on every instance.
    public var holds: Bool { heldCount == instanceCount && instanceCount > 0 }

    /// Stands for an attribute that an instance does not have.
    static let absent = "(absent)"
    private static let valueLimit = 64

    init(rule: MatchRule, depth: Int, held: [Bool], seen values: [String], disclosure: MatchAttribute.Disclosure) {
        self.rule = rule.description
        line = rule.line
        self.depth = depth
        heldCount = held.count { $0 }
        instanceCount = held.count
        self.disclosure = disclosure
        var counts: [String: Int] = [:]
        for value in values { counts[value, default: 0] += 1 }
        let ordered = counts.sorted { ($1.value, $0.key) < ($0.value, $1.key) }.map(\.key)
        seen = ordered.prefix(Self.seenLimit).map { disclosure == .hidden ? Self.hide($0) : Self.plain($0) }
        omittedCount = max(0, ordered.count - Self.seenLimit)
    }

    /// The values that may stand in a log or the ledger: nothing that a person typed.
    public var loggableSeen: [String] {
        disclosure == .text ? seen.map(Self.hide) : seen
    }

    private static func hide(_ value: String) -> String {
        value == absent ? absent : "(not shown)"
    }

    /// On one line, without control characters, and not long.
    private static func plain(_ value: String) -> String {
        let scalars = value.unicodeScalars.map { scalar -> Character in
            scalar.properties.generalCategory == .control ? "?" : Character(scalar)
        }
        return scalars.count > valueLimit ? String(scalars.prefix(valueLimit)) + "…" : String(scalars)
    }
}
