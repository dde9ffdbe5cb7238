import DICOMSegmentation
import Evaluation
import Testing
import Training

/// What training on spoiled labels does, at the level of masks: the gate has to refuse all of it.
enum Harm: String, CaseIterable, Sendable {
    /// Every structure was learned under another's name.
    case shuffled
    /// Left and right were learned the wrong way round.
    case mirrored
    /// Two structures have each other's name.
    case swapped

    func spoil(_ masks: [SegmentMask], seed: Int) -> [SegmentMask] {
        switch self {
        case .shuffled:
            let turn = 1 + seed % (masks.count - 1)
            return masks.indices.map { masks[($0 + turn) % masks.count] }
        case .mirrored: return Phantom.mirrored(masks)
        case .swapped:
            let pairs = [(0, 1), (2, 3), (0, 2), (1, 3), (0, 3), (1, 2)]
            var spoiled = masks
            let (first, second) = pairs[seed % pairs.count]
            spoiled.swapAt(first, second)
            return spoiled
        }
    }
}

@Suite("Harmful candidates")
struct HarmfulCandidateTests {
    @Test(
        "a candidate from spoiled labels is refused, though it is better in all else",
        arguments: Harm.allCases,
        0..<20
    )
    func whenLabelsWereSpoiled_thenTheCandidateIsRefused(harm: Harm, seed: Int) throws {
        let manifest = try Phantom.manifest(patients: seed % 2 == 0 ? 2 : 6)
        let incumbent = try Phantom.model("old", manifest) { $0.found(missing: 0.35, seed: seed) }
        let candidate = try Phantom.model("new", manifest) {
            harm.spoil($0.found(missing: 0.02, seed: seed), seed: seed)
        }
        let evidence = GateEvidence(manifest: manifest, incumbent: incumbent, candidate: candidate)
        let decision = PromotionGate().decide(evidence)
        #expect(decision.verdict == .keep)
        #expect(decision.checks.contains { $0.rule == .segment && !$0.isPassed })
    }

    @Test("the same candidate from honest labels is promoted", arguments: [2, 6])
    func whenLabelsAreHonest_thenTheCandidateIsPromoted(patients: Int) throws {
        let manifest = try Phantom.manifest(patients: patients)
        let incumbent = try Phantom.model("old", manifest) { $0.found(missing: 0.35, seed: 1) }
        let candidate = try Phantom.model("new", manifest) { $0.found(missing: 0.02, seed: 1) }
        let evidence = GateEvidence(manifest: manifest, incumbent: incumbent, candidate: candidate)
        #expect(PromotionGate().decide(evidence).verdict == .promote)
        #expect(evidence.learned == ["learned"])
    }

    @Test("an evaluation that left a case out promotes nothing")
    func whenACaseWasLeftOut_thenTheCandidateIsRefused() throws {
        let manifest = try Phantom.manifest(patients: 6)
        let incumbent = try Phantom.model("old", manifest) { $0.found(missing: 0.35, seed: 1) }
        var candidate = try Phantom.model("new", manifest) { $0.found(missing: 0.02, seed: 1) }
        candidate.cases.remove(at: 3)
        let evidence = GateEvidence(manifest: manifest, incumbent: incumbent, candidate: candidate)
        #expect(PromotionGate().decide(evidence).verdict == .keep)
    }
}
