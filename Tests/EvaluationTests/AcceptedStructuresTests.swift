import DICOMSegmentation
import Evaluation
import Foundation
import Testing
import Training

@Suite("Structures that a person let stand")
struct AcceptedStructuresTests {
    /// Locked cases in which only the first structure was drawn; the others are the incumbent's own masks.
    private func report(missing: Double) throws -> TrainingReport {
        let manifest = try Phantom.manifest(patients: 6)
        let cases = manifest.cases.map { reviewed in
            var changed = reviewed
            for index in changed.segments.indices.dropFirst() { changed.segments[index].change = .unchanged }
            return changed
        }
        let locked = try ManifestCases.manifest(cases)
        // The incumbent is right wherever its own masks are the truth; the candidate draws a little less there.
        func masks(_ phantom: Phantom, first: [SegmentMask], others: [SegmentMask]) -> [SegmentMask] {
            [first[0]] + others.dropFirst()
        }
        let incumbent = try Phantom.model("old", locked) {
            masks($0, first: $0.found(missing: 0.4, seed: 1), others: $0.truths)
        }
        let candidate = try Phantom.model("new", locked) {
            masks($0, first: $0.found(missing: 0.1, seed: 2), others: $0.found(missing: missing, seed: 3))
        }
        let evidence = GateEvidence(manifest: locked, incumbent: incumbent, candidate: candidate)
        #expect(evidence.accepted.count == 6 * (Phantom.names.count - 1))
        return TrainingReport(
            run: TrainingRun(id: "run-1", scope: "decoder", parents: [], seeds: [:]),
            manifest: locked,
            incumbent: incumbent,
            candidate: candidate,
            decision: PromotionGate().decide(evidence),
            created: .init(timeIntervalSince1970: 0)
        )
    }

    @Test("a candidate that is better where people drew, and much the same elsewhere, is promoted; the page says why")
    func whenOnlyOneStructureWasDrawn_thenItDecides() throws {
        let report = try report(missing: 0.02)
        #expect(report.decision.verdict == .promote, "\(report.decision.reasons)")
        let bases = report.decision.segments.filter { $0.kind == .automatic }.map(\.basis)
        #expect(bases.count { $0 == .drawn } == 1 && bases.count { $0 == .accepted } == Phantom.names.count - 1)
        for words in ["let stand", "do not say what is better"] { #expect(report.html.contains(words)) }
        #expect(ReportTests.isBalanced(report.html))
    }

    @Test("one that draws otherwise where people saw nothing to change is refused")
    func whenAcceptedStructuresChange_thenTheIncumbentStays() throws {
        let report = try report(missing: 0.2)
        #expect(report.decision.verdict == .keep)
        #expect(report.decision.reasons.allSatisfy { $0.contains("masks that were let stand") })
    }
}
