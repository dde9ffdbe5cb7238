import Testing
import Training

@Suite("Judges that were merely accepted")
struct AcceptedTruthTests {
    private let cases = GateCases()

    /// Masks that were let stand are the incumbent's own: it has a Dice of 1 with them.
    private func evidence(
        accepted: (GateEvidence.Expected) -> Bool,
        drawn: (old: Double, new: Double),
        agreement: Double,
        cases: GateCases = GateCases()
    ) -> GateEvidence {
        let whole = cases.evidence(cases.measured("old") { _ in 1 }, cases.measured("new") { _ in 1 })
        let stands = Set(whole.expected.filter(accepted))
        func isAccepted(_ key: CaseScore.Key) -> Bool {
            stands.contains(.init(caseID: key.caseID, segment: key.segment, patient: key.patient))
        }
        var evidence = cases.evidence(
            cases.exact("old") { isAccepted($0) ? 1 : drawn.old },
            cases.exact("new") { isAccepted($0) ? agreement : drawn.new }
        )
        evidence.accepted = stands
        return evidence
    }

    @Test(
        "what is better where people drew is promoted, though it cannot be better than masks that are the incumbent's"
    )
    func whenSomeJudgesWereAccepted_thenTheyDoNotHoldTheCandidateBack() {
        let evidence = evidence(accepted: { $0.segment != "ct/kidney" }, drawn: (0.6, 0.75), agreement: 0.97)
        let decision = PromotionGate().decide(evidence)
        #expect(decision.verdict == .promote)
        #expect(abs((decision.overall?.difference ?? 0) - 0.15) < 0.01)
        #expect(decision.checks.contains { $0.text.contains("24 of 32 structures were accepted") })
        // The same scores, with masks taken for a person's, are refused: that was the bias.
        var biased = evidence
        biased.accepted = []
        #expect(PromotionGate().decide(biased).broken.contains(.segment))
    }

    @Test("a candidate that draws otherwise where masks were let stand is refused")
    func whenTheCandidateDisagreesWithAcceptedMasks_thenItIsRefused() {
        let decision = PromotionGate().decide(
            evidence(accepted: { $0.segment == "ct/liver" }, drawn: (0.6, 0.9), agreement: 0.94)
        )
        #expect(decision.verdict == .keep && decision.broken == [.segment])
        #expect(decision.reasons.allSatisfy { $0.contains("ct/liver") && $0.contains("let stand") })
    }

    @Test("where nothing was drawn nothing can be better", arguments: [0.99, 1])
    func whenNothingWasDrawn_thenTheIncumbentStays(agreement: Double) {
        let decision = PromotionGate().decide(
            evidence(accepted: { _ in true }, drawn: (0, 0), agreement: agreement)
        )
        #expect(decision.verdict == .keep && decision.broken == [.better])
        #expect(decision.overall == nil && decision.kinds.isEmpty)
        #expect(decision.reasons.contains { $0.contains("nothing says what is better") })
    }

    @Test("a structure of which some masks were drawn and others let stand has a row for each")
    func whenAStructureIsMixed_thenBothAreShown() {
        let decision = PromotionGate().decide(
            evidence(
                accepted: { $0.segment == "ct/liver" && $0.patient < "p4" },
                drawn: (0.7, 0.8),
                agreement: 0.98
            )
        )
        #expect(decision.verdict == .promote)
        let liver = decision.segments.filter { $0.name == "ct/liver" && $0.kind == .automatic }
        #expect(liver.map(\.basis) == [.drawn, .accepted] && liver.map(\.scores.cases) == [4, 4])
    }

    @Test("patients count for the interval where something of theirs was drawn")
    func whenFewPatientsWereDrawn_thenTheIntervalIsWeaker() {
        let decision = PromotionGate().decide(
            evidence(accepted: { $0.patient > "p1" }, drawn: (0.7, 0.8), agreement: 0.98)
        )
        #expect(decision.overall?.interval?.unit == .slices && decision.overall?.cases == 2)
    }

    @Test("what was let stand and is lost keeps the incumbent")
    func whenAnAcceptedMaskIsLost_thenTheCandidateIsRefused() {
        let decision = PromotionGate().decide(
            evidence(accepted: { $0.caseID == "p3-0" && $0.segment == "ct/aorta" }, drawn: (0.7, 0.9), agreement: 0)
        )
        #expect(decision.broken == [.segment, .found])
    }

    @Test("a profile that allows a structure more than that is heard")
    func whenTheProfileAllowsMore_thenThatCounts() {
        var rules = GateRules()
        rules.segmentAllowances = ["ct/liver": 0.2, "ct/aorta": 0.001]
        #expect(rules.allowance(for: "ct/liver", .accepted) == 0.2)
        #expect(rules.allowance(for: "ct/aorta", .accepted) == 0.05)
        #expect(rules.allowance(for: "ct/aorta") == 0.001)
    }
}
