import DurableFiles
import Testing
import Training

@Suite("Evidence that is not whole")
struct GateEvidenceTests {
    private let cases = GateCases()

    private var evidence: GateEvidence {
        cases.evidence(cases.measured("old") { _ in 0.7 }, cases.measured("new") { _ in 0.9 })
    }

    private func expectRefusal(_ evidence: GateEvidence, naming words: String) {
        let decision = PromotionGate().decide(evidence)
        #expect(decision.verdict == .keep && decision.broken == [.evidence])
        #expect(decision.reasons.contains { $0.contains(words) })
        #expect(decision.overall == nil)
    }

    @Test("whole evidence is promoted: what follows is refused for its fault alone")
    func whenNothingIsWrong_thenTheCandidateIsPromoted() {
        #expect(PromotionGate().decide(evidence).verdict == .promote)
    }

    @Test("a case that one of the models was not scored on is missed")
    func whenAScoreIsMissing_thenTheIncumbentStays() {
        var missing = evidence
        missing.candidate.scores.removeAll { $0.key.caseID == "p2-0" }
        expectRefusal(missing, naming: "the candidate has no score")
        missing = evidence
        missing.incumbent.scores.removeLast()
        expectRefusal(missing, naming: "the incumbent has no score")
    }

    @Test("a case that neither was scored on is missed too")
    func whenBothLeaveACaseOut_thenTheIncumbentStays() {
        var missing = evidence
        missing.candidate.scores.removeAll { $0.key.caseID == "p2-0" }
        missing.incumbent.scores.removeAll { $0.key.caseID == "p2-0" }
        expectRefusal(missing, naming: "though the manifest lists it")
    }

    @Test("automatic boxes that the prior gave neither model are said to be missing and are no fault")
    func whenThePriorWasRefused_thenPerfectBoxesDecide() {
        var refused = evidence
        refused.candidate.scores.removeAll { $0.key.caseID == "p2-0" && $0.key.kind == .automatic }
        refused.incumbent.scores.removeAll { $0.key.caseID == "p2-0" && $0.key.kind == .automatic }
        let decision = PromotionGate().decide(refused)
        #expect(decision.verdict == .promote)
        #expect(decision.reasons.contains { $0.contains("in the 7 cases where the prior gave any") })
    }

    @Test("scores on another manifest are refused")
    func whenTheManifestIsAnother_thenTheIncumbentStays() {
        var other = evidence
        other.candidate.manifest = SHA256Digest(of: [1])
        expectRefusal(other, naming: "the candidate was scored on another manifest")
        other = evidence
        other.manifest = SHA256Digest(of: [2])
        expectRefusal(other, naming: "the incumbent was scored on another manifest")
    }

    @Test("a test patient that was learned from is a leak")
    func whenATestPatientWasLearnedFrom_thenTheIncumbentStays() {
        var leaked = evidence
        leaked.learned.insert("p4")
        expectRefusal(leaked, naming: "learned from")
    }

    @Test("numbers that do not follow from counts are refused")
    func whenAScoreWasChanged_thenTheIncumbentStays() {
        var changed = evidence
        changed.candidate.scores[3].dice = 0.99
        expectRefusal(changed, naming: "counts do not give")
        changed = evidence
        changed.candidate.scores[3].dice = .nan
        expectRefusal(changed, naming: "counts do not give")
        changed = evidence
        changed.candidate.scores[0].slices[0].intersection = 1_000_000
        expectRefusal(changed, naming: "counts do not give")
    }

    @Test("a place that is scored twice is refused")
    func whenAScoreIsThereTwice_thenTheIncumbentStays() {
        var twice = evidence
        twice.candidate.scores.append(twice.candidate.scores[0])
        expectRefusal(twice, naming: "two scores")
    }

    @Test("models that were held against different truths are not compared")
    func whenTheTruthDiffers_thenTheIncumbentStays() {
        var other = evidence
        let score = other.candidate.scores[0]
        var slices = score.slices
        slices[0].truth += 1
        other.candidate.scores[0] = CaseScore(key: score.key, slices: slices)
        expectRefusal(other, naming: "not the same for both models")
    }

    @Test("cases that the manifest does not list are refused")
    func whenAStrangerIsAmongTheCases_thenTheIncumbentStays() {
        var stranger = evidence
        stranger.expected.removeAll { $0.caseID == "p7-0" }
        expectRefusal(stranger, naming: "no test case of the manifest")
    }

    @Test("an empty manifest promotes nothing")
    func whenThereAreNoCases_thenTheIncumbentStays() {
        var empty = evidence
        empty.expected = []
        empty.incumbent.scores = []
        empty.candidate.scores = []
        expectRefusal(empty, naming: "no test case")
    }
}
