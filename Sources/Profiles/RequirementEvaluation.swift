/// Holds the requirements of a profile against a series.
struct RequirementEvaluation {
    private let facts: SeriesFacts
    private let rules: RuleEvaluation
    private let spacing: SliceSpacing?

    init(_ facts: SeriesFacts) {
        self.facts = facts
        rules = RuleEvaluation(facts: facts)
        spacing = SliceSpacing(facts)
    }

    func evaluate(_ requirement: SeriesRequirement) -> RequirementResult {
        switch requirement.measure {
        case .sliceSpacing(let range): spaced(requirement) { (range.holds($0.spacing), "\(Self.words($0.spacing)) mm") }
        case .regularSpacing(let tolerance):
            spaced(requirement) { ($0.irregularity <= tolerance + Self.slack, "\(Self.words($0.irregularity)) mm") }
        case .coverage(let range): spaced(requirement) { (range.holds($0.coverage), "\(Self.words($0.coverage)) mm") }
        case .gaps(let maximum): spaced(requirement) { ($0.gaps <= maximum, "\($0.gaps)") }
        case .pixelSpacing(let range): pixelSpacing(range, requirement)
        case .rescale: rescale(requirement)
        case .rule(let rule): result(requirement, rule)
        }
    }

    /// Positions and cosines have few digits: what is written as the limit itself must not fail by rounding.
    fileprivate static let slack = 1e-3

    private func spaced(
        _ requirement: SeriesRequirement,
        _ judge: (SliceSpacing) -> (holds: Bool, seen: String)
    ) -> RequirementResult {
        guard let spacing else {
            return RequirementResult(requirement, holds: false, seen: ["no two slices with a place"])
        }
        let verdict = judge(spacing)
        return RequirementResult(requirement, holds: verdict.holds, seen: [verdict.seen])
    }

    private func pixelSpacing(
        _ range: ProfileSegment.ValueRange,
        _ requirement: SeriesRequirement
    ) -> RequirementResult {
        let seen = Set(facts.instances.map { $0[SeriesFacts.pixelSpacing] ?? [] })
        let holds = seen.allSatisfy { values in
            let numbers = values.compactMap { Double($0.trimmingWhiteSpace()) }
            return numbers.count == 2 && numbers.allSatisfy(range.holds)
        }
        let words = seen.map { $0.isEmpty ? RuleResult.absent : $0.joined(separator: "\\") }.sorted()
        return RequirementResult(requirement, holds: holds && !seen.isEmpty, seen: Array(words.prefix(5)))
    }

    private func rescale(_ requirement: SeriesRequirement) -> RequirementResult {
        let count = facts.instances.count { instance in
            [SeriesFacts.rescaleSlope, SeriesFacts.rescaleIntercept].allSatisfy { key in
                instance[key]?.contains { Double($0.trimmingWhiteSpace()) != nil } ?? false
            }
        }
        let holds = count == facts.instances.count && count > 0
        return RequirementResult(requirement, holds: holds, seen: ["on \(count) of \(facts.instances.count)"])
    }

    private func result(_ requirement: SeriesRequirement, _ rule: MatchRule) -> RequirementResult {
        let results = rules.evaluate(rule).results
        let failing = results.filter { !$0.holds }
        return RequirementResult(
            requirement,
            holds: results.first?.holds ?? false,
            seen: (failing.first { !$0.seen.isEmpty } ?? results[0]).loggableSeen
        )
    }

    private static func words(_ value: Double) -> String {
        ((value * 100).rounded() / 100).shortest
    }
}

/// What became of one requirement on one series.
public struct RequirementResult: Sendable, Hashable {
    /// The requirement in words.
    public let requirement: String
    /// What a person is told when it fails.
    public let reason: String
    /// What becomes of a series that fails.
    public let failure: SeriesRequirement.Failure
    /// Where it stands: file and line.
    public let file: String
    /// Where it stands: file and line.
    public let line: Int
    /// Whether the series is as asked.
    public let holds: Bool
    /// What was seen; nothing that a person typed.
    public let seen: [String]

    init(_ requirement: SeriesRequirement, holds: Bool, seen: [String]) {
        self.requirement = requirement.description
        reason = requirement.reason
        failure = requirement.failure
        file = requirement.file
        line = requirement.line
        self.holds = holds
        self.seen = seen
    }

    /// The reason with what was asked and seen, in one line that may stand in a log.
    public var words: String {
        "\(reason) (asked: \(requirement); seen: \(seen.joined(separator: ", ")))"
    }
}

extension ProfileSegment.ValueRange {
    fileprivate func holds(_ value: Double) -> Bool {
        let slack = RequirementEvaluation.slack
        return value >= (minimum ?? -.infinity) - slack && value <= (maximum ?? .infinity) + slack
    }
}
