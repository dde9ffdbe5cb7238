import DurableFiles
import Foundation
import Testing
import Training

@Suite("The promotion gate")
struct PromotionGateTests {
    private let cases = GateCases()

    @Test("a candidate that is better everywhere is promoted", arguments: [1, 2, 8])
    func whenACandidateIsBetterEverywhere_thenItIsPromoted(patients: Int) {
        let cases = GateCases(patients: patients)
        let decision = PromotionGate().decide(
            cases.evidence(cases.measured("old") { _ in 0.8 }, cases.measured("new") { _ in 0.85 })
        )
        #expect(decision.verdict == .promote)
        #expect(decision.overall?.interval?.unit == (patients >= 5 ? .patients : .slices))
        #expect(decision.segments.count == 8 && decision.kinds.count == 2)
        #expect(!decision.reasons.isEmpty)
    }

    @Test("with few patients a trifle is not enough, however certain")
    func whenPatientsAreFewAndTheGainIsATrifle_thenTheIncumbentStays() {
        let few = GateCases(patients: 2)
        let decision = PromotionGate().decide(
            few.evidence(few.measured("old") { _ in 0.8 }, few.measured("new") { _ in 0.803 })
        )
        #expect(decision.verdict == .keep && decision.broken == [.better])
        #expect((decision.overall?.interval?.lower ?? -1) > 0)
    }

    @Test("identical models are kept apart by nothing: the incumbent stays")
    func whenModelsAreIdentical_thenTheIncumbentStays() {
        let old = cases.measured("old") { _ in 0.8 }
        let same = PromotionGate().decide(cases.evidence(old, old))
        #expect(same.verdict == .keep && same.broken == [.different, .better])
        var other = old
        other.model = SHA256Digest(of: Array("other weights".utf8))
        let equal = PromotionGate().decide(cases.evidence(old, other))
        #expect(equal.verdict == .keep && equal.broken == [.better])
        #expect(equal.overall?.difference == 0)
    }

    @Test(
        "a candidate that is better in most and ruined in one is refused",
        arguments: GateCases.structures.keys.sorted()
    )
    func whenOneStructureIsRuined_thenTheCandidateIsRefused(ruined: String) {
        let decision = PromotionGate().decide(
            cases.evidence(
                cases.measured("old") { _ in 0.7 },
                cases.measured("new") { $0.segment == ruined ? 0.66 : 0.95 }
            )
        )
        #expect(decision.verdict == .keep && decision.broken == [.segment])
        #expect(decision.reasons.allSatisfy { $0.contains(ruined) })
    }

    @Test("what a profile allows a structure to lose, it may lose")
    func whenTheProfileAllowsALoss_thenItIsTolerated() {
        var rules = GateRules()
        rules.segmentAllowances = ["ct/aorta": 0.05]
        let evidence = cases.evidence(
            cases.measured("old") { _ in 0.7 },
            cases.measured("new") { $0.segment == "ct/aorta" ? 0.66 : 0.95 }
        )
        #expect(PromotionGate(rules).decide(evidence).verdict == .promote)
        #expect(PromotionGate().decide(evidence).verdict == .keep)
    }

    @Test("better by one kind of box and worse by the other is not better", arguments: BoxKind.allCases)
    func whenOneKindOfBoxIsWorse_thenTheCandidateIsRefused(worse: BoxKind) {
        let decision = PromotionGate().decide(
            cases.evidence(
                cases.measured("old") { _ in 0.8 },
                cases.measured("new") { $0.kind == worse ? 0.795 : 0.9 }
            )
        )
        #expect(decision.verdict == .keep && decision.broken == [.boxes])
    }

    @Test("a scanner that is worse off is not outvoted by the others")
    func whenOneScannerIsWorse_thenTheCandidateIsRefused() {
        let decision = PromotionGate().decide(
            cases.evidence(
                cases.measured("old") { _ in 0.8 },
                cases.measured("new") { $0.scanner == "B" ? 0.77 : 0.95 }
            )
        )
        #expect(decision.verdict == .keep && decision.broken.contains(.group))
        #expect(decision.reasons.contains { $0.contains("scanner B") })
    }

    @Test("groups of few cases are shown and decide nothing")
    func whenAGroupIsSmall_thenItDecidesNothing() {
        var rules = GateRules()
        rules.minimumGroupCases = 5
        let decision = PromotionGate(rules).decide(
            cases.evidence(
                cases.measured("old") { _ in 0.8 },
                cases.measured("new") { $0.scanner == "B" ? 0.78 : 0.95 }
            )
        )
        #expect(!decision.broken.contains(.group) && decision.scanners.count == 4)
    }

    @Test("a structure that was found and is lost keeps the incumbent")
    func whenSomethingFoundIsLost_thenTheCandidateIsRefused() {
        let decision = PromotionGate().decide(
            cases.evidence(
                cases.measured("old") { $0.caseID == "p3-0" && $0.segment == "ct/aorta" ? 0.2 : 0.7 },
                cases.measured("new") { $0.caseID == "p3-0" && $0.segment == "ct/aorta" ? -1 : 0.95 }
            )
        )
        #expect(decision.verdict == .keep && decision.broken == [.found])
    }

    @Test("raising any score of a candidate never costs it the promotion", arguments: 0..<20)
    func whenAScoreRises_thenAPromotionStays(seed: Int) {
        // Qualities near the border, so that both verdicts occur.
        let cases = GateCases(patients: seed % 2 == 0 ? 6 : 2)
        let old = cases.measured("old") { _ in 0.8 }
        func quality(_ key: CaseScore.Key) -> Double {
            0.802 + 0.05 * (GateCases.chance(seed, key.caseID, key.segment, key.kind) - 0.45)
        }
        let new = cases.measured("new", quality: quality)
        let raised = cases.measured("new") { key in
            quality(key) + (GateCases.chance("raise", seed, key.caseID, key.segment) > 0.5 ? 0.03 : 0)
        }
        let before = PromotionGate().decide(cases.evidence(old, new)).verdict
        let after = PromotionGate().decide(cases.evidence(old, raised)).verdict
        #expect(!(before == .promote && after == .keep))
    }

    @Test("the decision survives JSON and is the same each time")
    func whenADecisionIsWritten_thenItReadsBackTheSame() throws {
        let evidence = cases.evidence(cases.measured("old") { _ in 0.8 }, cases.measured("new") { _ in 0.83 })
        let decision = PromotionGate().decide(evidence)
        #expect(try JSONDecoder().decode(PromotionDecision.self, from: JSONEncoder().encode(decision)) == decision)
        let read = try JSONDecoder().decode(GateEvidence.self, from: JSONEncoder().encode(evidence))
        #expect(PromotionGate().decide(read) == decision)
    }
}
