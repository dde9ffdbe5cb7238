import Foundation

/// Decides whether a candidate takes the incumbent's place: only if it is better overall and nowhere worse than allowed.
///
/// What is better is measured on masks that people drew or changed. A mask that a person let stand is the model's own that
/// drew it: there the candidate only has to draw about the same.
///
/// Pure: the same evidence and rules give the same decision. A candidate whose scores are all at least as good as those
/// of one that would be promoted is promoted too.
public struct PromotionGate: Sendable {
    /// What takes what's place.
    public enum Subject: Sendable, Hashable {
        /// Networks: judged with perfect boxes and with automatic ones.
        case models
        /// Atlases with one network: judged with the automatic boxes that they give.
        case atlases
    }

    /// How much better, and how much worse.
    public let rules: GateRules
    /// What takes what's place.
    public let subject: Subject

    /// A gate with rules.
    public init(_ rules: GateRules = GateRules(), subject: Subject = .models) {
        self.rules = rules
        self.subject = subject
    }

    /// The decision on some evidence; where the evidence is not whole the incumbent stays.
    public func decide(_ evidence: GateEvidence) -> PromotionDecision {
        var decision = PromotionDecision(
            verdict: .keep,
            checks: [],
            incumbent: evidence.incumbent.model,
            candidate: evidence.candidate.model,
            manifest: evidence.manifest,
            rules: rules,
            overall: nil,
            kinds: [],
            segments: [],
            scanners: [],
            profiles: []
        )
        let problems = EvidenceCheck(evidence: evidence, needed: subject == .models ? .perfect : .automatic).problems
        guard problems.isEmpty else {
            decision.checks = problems.map { .init(rule: .evidence, isPassed: false, text: $0) }
            return decision
        }
        let all = PairedScores(evidence, minimumPatients: rules.minimumPatients)
        let drawn = PairedScores(evidence, .drawn, minimumPatients: rules.minimumPatients)
        let accepted = PairedScores(evidence, .accepted, minimumPatients: rules.minimumPatients)
        compare(drawn, accepted, into: &decision)
        decision.checks =
            [evidenceCheck(all), differenceCheck(evidence)] + acceptedChecks(evidence) + betterChecks(drawn, decision)
            + boxChecks(decision) + segmentChecks(decision) + groupChecks(decision) + foundChecks(all)
        decision.verdict = decision.checks.allSatisfy(\.isPassed) ? .promote : .keep
        return decision
    }

    // MARK: - Comparisons

    private func compare(_ drawn: PairedScores, _ accepted: PairedScores, into decision: inout PromotionDecision) {
        let bootstrap = Bootstrap(seed: rules.seed)
        decision.overall = PairedScores.Selection(drawn).comparison(bootstrap)
        func rows(
            of scores: PairedScores,
            _ basis: TruthBasis,
            _ name: (CaseScore.Key) -> String?
        ) -> [PromotionDecision.Row] {
            let names = Set(scores.pairs.compactMap { name($0.key) }).sorted()
            return names.flatMap { wanted in
                scores.kinds.compactMap { kind in
                    let selection = PairedScores.Selection(scores) { name($0) == wanted && $0.kind == kind }
                    return selection.comparison(bootstrap).map {
                        .init(name: wanted, kind: kind, basis: basis, scores: $0)
                    }
                }
            }
        }
        decision.kinds = rows(of: drawn, .drawn) { _ in "all structures" }
        decision.segments = rows(of: drawn, .drawn, \.segment) + rows(of: accepted, .accepted, \.segment)
        decision.scanners = rows(of: drawn, .drawn, \.scanner)
        decision.profiles = rows(of: drawn, .drawn, \.profile)
    }

    // MARK: - Rules

    private func evidenceCheck(_ scores: PairedScores) -> PromotionDecision.Check {
        let cases = scores.units.cases.count
        let automatic = Set(scores.pairs.filter { $0.key.kind == .automatic }.map(\.caseIndex)).count
        let boxes =
            switch automatic {
            case cases where subject == .atlases: "with the boxes that they give"
            case cases: "with perfect and with automatic boxes"
            case 0: "with perfect boxes alone, because the prior gave no automatic ones"
            default: "with perfect boxes, and with automatic ones in the \(automatic) cases where the prior gave any"
            }
        return .init(
            rule: .evidence,
            isPassed: true,
            text:
                "both \(subject == .models ? "models" : "sets of atlases") were scored on \(cases) locked cases of \(scores.units.patientCount) patients, \(boxes)"
        )
    }

    private func differenceCheck(_ evidence: GateEvidence) -> PromotionDecision.Check {
        let isOther = evidence.candidate.model != evidence.incumbent.model
        let what = subject == .models ? "weights" : "atlases"
        return .init(
            rule: .different,
            isPassed: isOther,
            text: isOther ? "the candidate has other \(what)" : "the candidate has the incumbent's own \(what)"
        )
    }

    /// What was only accepted is named, because it is no measure of what is better.
    private func acceptedChecks(_ evidence: GateEvidence) -> [PromotionDecision.Check] {
        guard !evidence.accepted.isEmpty else { return [] }
        let text =
            "\(evidence.accepted.count) of \(evidence.expected.count) structures were accepted as a model had drawn them: they "
            + "do not say what is better, and may lose \(three(rules.acceptedAllowance)) each"
        return [.init(rule: .evidence, isPassed: true, text: text)]
    }

    /// Beyond chance, and, with few patients, by more than a trifle.
    private func betterChecks(_ scores: PairedScores, _ decision: PromotionDecision) -> [PromotionDecision.Check] {
        guard let overall = decision.overall else {
            let text =
                "no structure of the locked cases was drawn or changed by a person: nothing says what is better. Correct "
                + "series of locked patients, or lock patients whose series were corrected ('preread train lock')"
            return [.init(rule: .better, isPassed: false, text: text)]
        }
        let mean =
            "mean Dice over structures \(three(overall.before)) → \(three(overall.after)) "
            + "(\(signed(overall.difference)))"
        let interval = overall.interval.map {
            "\(signed($0.lower)) to \(signed($0.upper)); \($0.meaning)"
        }
        let isBeyondChance = (overall.interval?.lower ?? -1) > 0
        var checks = [
            PromotionDecision.Check(
                rule: .better,
                isPassed: isBeyondChance,
                text: "\(mean) is \(isBeyondChance ? "better" : "not better") beyond chance: "
                    + (interval ?? "no interval can be given")
            )
        ]
        if scores.units.unit != .patients {
            let isEnough = overall.difference >= rules.minimumImprovement
            checks.append(
                .init(
                    rule: .better,
                    isPassed: isEnough,
                    text:
                        "with \(scores.units.patientCount) test patients of whom masks were drawn (an interval over them needs "
                        + "\(rules.minimumPatients)) the mean has to rise by \(three(rules.minimumImprovement)) at least; "
                        + "it changes by \(signed(overall.difference))"
                )
            )
        }
        return checks
    }

    private func boxChecks(_ decision: PromotionDecision) -> [PromotionDecision.Check] {
        decision.kinds.map { row in
            .init(
                rule: .boxes,
                isPassed: row.scores.difference >= 0,
                text: "\(row.kind.rawValue) boxes: " + change(row.scores, allowed: 0)
            )
        }
    }

    private func segmentChecks(_ decision: PromotionDecision) -> [PromotionDecision.Check] {
        decision.segments.map { row in
            let allowance = rules.allowance(for: row.name, row.basis)
            let basis = row.basis == .drawn ? "" : ", masks that were let stand"
            return .init(
                rule: .segment,
                isPassed: row.scores.difference >= -allowance,
                text: "\(row.name), \(row.kind.rawValue) boxes\(basis): " + change(row.scores, allowed: allowance)
            )
        }
    }

    private func groupChecks(_ decision: PromotionDecision) -> [PromotionDecision.Check] {
        let groups = decision.scanners.map { ("scanner", $0) } + decision.profiles.map { ("profile", $0) }
        return groups.filter { $0.1.scores.cases >= rules.minimumGroupCases }.map { title, row in
            .init(
                rule: .group,
                isPassed: row.scores.difference >= -rules.groupAllowance,
                text: "\(title) \(row.name), \(row.scores.cases) cases, \(row.kind.rawValue) boxes: "
                    + change(row.scores, allowed: rules.groupAllowance)
            )
        }
    }

    private func foundChecks(_ scores: PairedScores) -> [PromotionDecision.Check] {
        let lost = scores.pairs.filter { $0.before.isFound && !$0.after.isFound }
        guard !lost.isEmpty else {
            return [.init(rule: .found, isPassed: true, text: "everything that the incumbent found is found")]
        }
        return lost.map { pair in
            .init(
                rule: .found,
                isPassed: false,
                text: "\(pair.key.segment) in case \(pair.key.caseID), \(pair.key.kind.rawValue) boxes: found before "
                    + "(Dice \(three(pair.before.dice))) and lost"
            )
        }
    }

    // MARK: - Words

    private func change(_ scores: ScoreComparison, allowed: Double) -> String {
        let numbers = "\(three(scores.before)) → \(three(scores.after)) (\(signed(scores.difference)))"
        guard scores.difference < -allowed else { return "Dice \(numbers)" }
        return "Dice \(numbers) falls by more than the \(three(allowed)) that is allowed"
    }

    private func three(_ value: Double) -> String { String(format: "%.3f", value) }
    /// Four digits where three would hide on which side of 0 a number lies.
    private func signed(_ value: Double) -> String {
        String(format: abs(value) < 0.001 && value != 0 ? "%+.5f" : "%+.3f", value)
    }
}
