import DurableFiles

/// What the gate decided, with every reason in words and numbers.
public struct PromotionDecision: Sendable, Hashable, Codable {
    /// What is to be done.
    public enum Verdict: String, Sendable, Hashable, Codable {
        /// The candidate takes the incumbent's place.
        case promote
        /// The incumbent stays.
        case keep
    }

    /// A rule of the gate.
    public enum Rule: String, Sendable, Hashable, Codable {
        /// Both models were scored on every locked case, and on nothing that was learned from.
        case evidence
        /// The candidate is another model.
        case different
        /// The mean over structures is better, beyond chance.
        case better
        /// Neither kind of box is worse.
        case boxes
        /// No structure is worse than allowed.
        case segment
        /// No scanner and no profile is worse than allowed.
        case group
        /// Nothing is lost that was found before.
        case found
    }

    /// One rule, applied.
    public struct Check: Sendable, Hashable, Codable {
        /// Which rule.
        public var rule: Rule
        /// Whether it is kept.
        public var isPassed: Bool
        /// What was found, with its numbers.
        public var text: String
    }

    /// What a comparison is about.
    public struct Row: Sendable, Hashable, Codable {
        /// `PROFILE/SEGMENT`, the name of a scanner or the id of a profile.
        public var name: String
        /// Where the boxes came from.
        public var kind: BoxKind
        /// Where the truth comes from.
        public var basis = TruthBasis.drawn
        /// Both models.
        public var scores: ScoreComparison
    }

    /// What is to be done.
    public var verdict: Verdict
    /// Every rule that was applied, in order.
    public var checks: [Check]
    /// The model that is in use.
    public var incumbent: SHA256Digest
    /// The model that may replace it.
    public var candidate: SHA256Digest
    /// The manifest of the locked cases.
    public var manifest: SHA256Digest
    /// The rules' numbers.
    public var rules: GateRules
    /// All structures and kinds of box together, of what people drew; `nil` where the evidence is not whole, or nothing was
    /// drawn.
    public var overall: ScoreComparison?
    /// The mean over structures of what people drew, for each kind of box.
    public var kinds: [Row]
    /// For each structure, kind of box, and where its truth comes from.
    public var segments: [Row]
    /// For each scanner and kind of box, of what people drew.
    public var scanners: [Row]
    /// For each profile and kind of box, of what people drew.
    public var profiles: [Row]

    /// Why: the rules that are broken, or, where none is, all that were kept.
    public var reasons: [String] {
        let broken = checks.filter { !$0.isPassed }.map(\.text)
        return broken.isEmpty ? checks.map(\.text) : broken
    }
}
