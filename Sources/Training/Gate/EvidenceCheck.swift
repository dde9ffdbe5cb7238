import DurableFiles

/// Finds what keeps scores from being compared at all: the gate decides on whole evidence or keeps the incumbent.
struct EvidenceCheck {
    let evidence: GateEvidence
    /// The kind of box with which every structure has to be scored.
    var needed = BoxKind.perfect

    /// What is wrong, in words; empty where the evidence is whole.
    var problems: [String] {
        let sides =
            manifestProblems + leakProblems + valueProblems(evidence.incumbent, "the incumbent")
            + valueProblems(evidence.candidate, "the candidate")
        return sides.isEmpty ? pairProblems + truthProblems : sides
    }

    private var manifestProblems: [String] {
        [(evidence.incumbent, "the incumbent"), (evidence.candidate, "the candidate")].compactMap { side, name in
            side.manifest == evidence.manifest
                ? nil
                : "\(name) was scored on another manifest of cases (\(side.manifest.hex.prefix(12))… instead of "
                    + "\(evidence.manifest.hex.prefix(12))…)"
        } + (evidence.expected.isEmpty ? ["the manifest has no test case"] : [])
    }

    private var leakProblems: [String] {
        let leaked = Set(evidence.expected.map(\.patient)).intersection(evidence.learned).count
        return leaked == 0 ? [] : ["\(leaked) patients of the test set were learned from"]
    }

    private func valueProblems(_ side: GateEvidence.Measured, _ name: String) -> [String] {
        var problems: [String] = []
        var seen: Set<CaseScore.Key> = []
        for score in side.scores {
            let place = "\(score.key.segment) in case \(score.key.caseID), \(score.key.kind.rawValue) boxes"
            if !seen.insert(score.key).inserted { problems.append("\(name) has two scores for \(place)") }
            if !score.isSound { problems.append("\(name) has a score for \(place) that its counts do not give") }
        }
        return problems
    }

    /// Every expected structure was scored by both with the boxes that are needed, and with others by both or by neither.
    private var pairProblems: [String] {
        let incumbent = Set(evidence.incumbent.scores.map(\.key))
        let candidate = Set(evidence.candidate.scores.map(\.key))
        var problems = incumbent.subtracting(candidate).map { Self.missing("the candidate", $0) }
        problems += candidate.subtracting(incumbent).map { Self.missing("the incumbent", $0) }
        let scored = Set(
            incumbent.filter { $0.kind == needed }.map {
                GateEvidence.Expected(caseID: $0.caseID, segment: $0.segment, patient: $0.patient)
            }
        )
        let expected = Set(evidence.expected)
        problems += expected.subtracting(scored).map {
            "no score for \($0.segment) in case \($0.caseID), \(needed.rawValue) boxes, though the manifest lists it"
        }
        let strangers = incumbent.filter {
            !expected.contains(.init(caseID: $0.caseID, segment: $0.segment, patient: $0.patient))
        }
        problems += strangers.map {
            "a score for \($0.segment) in case \($0.caseID), which is no test case of the manifest"
        }
        return problems.sorted()
    }

    /// Both models were held against the same truth.
    private var truthProblems: [String] {
        func truths(_ score: CaseScore) -> [Int: Int] {
            score.slices.reduce(into: [:]) { if $1.truth > 0 { $0[$1.slice] = $1.truth } }
        }
        let after = Dictionary(uniqueKeysWithValues: evidence.candidate.scores.map { ($0.key, truths($0)) })
        return evidence.incumbent.scores.compactMap { score in
            guard let other = after[score.key], other != truths(score) else { return nil }
            return "the truth of \(score.key.segment) in case \(score.key.caseID) is not the same for both models"
        }
    }

    private static func missing(_ name: String, _ key: CaseScore.Key) -> String {
        "\(name) has no score for \(key.segment) in case \(key.caseID), \(key.kind.rawValue) boxes"
    }
}

extension CaseScore {
    /// Whether counts are possible and Dice is what they give.
    fileprivate var isSound: Bool {
        let possible = slices.allSatisfy {
            $0.intersection >= 0 && $0.intersection <= $0.predicted && $0.intersection <= $0.truth
        }
        let distinct = Set(slices.map(\.slice)).count == slices.count
        return possible && distinct && dice == CaseScore(key: key, slices: slices).dice
    }
}
