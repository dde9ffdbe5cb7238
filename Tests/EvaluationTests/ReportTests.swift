import DurableFiles
import Evaluation
import Foundation
import Testing
import Training

@Suite("Reports")
struct ReportTests {
    private static let hostile = "<script>alert('&\"x\")</script>\u{0007}|`*"

    private func report(name: String = "new", patients: Int = 6) throws -> TrainingReport {
        let manifest = try Phantom.manifest(patients: patients)
        let incumbent = try Phantom.model("old", manifest) { $0.found(missing: 0.3, seed: 20) }
        var candidate = try Phantom.model(name, manifest) { $0.found(missing: 0.1, seed: 30) }
        candidate.cases[0].priorRefusal = "NO_ATLAS"
        var run = TrainingRun(
            id: "run-1",
            scope: "decoder",
            parents: [.init(name: "old", digest: incumbent.digest)],
            seeds: ["batches": 11]
        )
        run.learning = (0...20).map {
            .init(step: $0 * 10, trainingLoss: 2 / Double($0 + 1), validationDice: 0.5 + 0.02 * Double($0))
        }
        run.chosenStep = 180
        run.settings = [.init(name: "learning rate", value: "1e-4")]
        run.notes = ["slabs of training patients said when to stop"]
        run.labelOrigin = "Some labels are a network's output: \(Self.hostile)"
        run.knownFailures = ["metal"]
        return TrainingReport(
            run: run,
            manifest: manifest,
            incumbent: incumbent,
            candidate: candidate,
            decision: PromotionGate().decide(
                GateEvidence(manifest: manifest, incumbent: incumbent, candidate: candidate)
            ),
            created: Date(timeIntervalSince1970: 1_767_355_200)
        )
    }

    @Test("pages stand by themselves: no script, nothing from elsewhere, every tag closed")
    func whenAPageIsMade_thenItStandsByItself() throws {
        let report = try report()
        for html in [report.html, report.after.html] {
            for foreign in ["<script", "http", "src=", "href=", "@import", "url("] { #expect(!html.contains(foreign)) }
            #expect(html.hasPrefix("<!DOCTYPE html>") && html.contains("not a medical device"))
            #expect(Self.isBalanced(html))
            #expect(html.contains("<svg"))
        }
    }

    @Test("whatever stands in names is text and nothing else")
    func whenTextIsHostile_thenItStaysText() throws {
        let report = try report(name: Self.hostile)
        #expect(!report.html.contains("<script") && report.html.contains("&lt;script&gt;"))
        #expect(Self.isBalanced(report.html))
        #expect(!report.modelCard.contains("<script") && !report.modelCard.contains("\u{0007}"))
        #expect(report.modelCard.contains("&lt;script&gt;"))
    }

    @Test("there is no patient's key, no reviewer and no path in a report")
    func whenAReportIsMade_thenItHoldsNoPatient() throws {
        let report = try report()
        let json = try #require(String(bytes: report.jsonBytes(), encoding: .utf8))
        for text in [report.html, report.modelCard, json] {
            for secret in ["key-of-patient", "Secret", ".dcm", "learned\""] { #expect(!text.contains(secret)) }
        }
    }

    @Test("the page says what the gate said, with every number of it")
    func whenTheGateDecided_thenThePageSaysSo() throws {
        let report = try report()
        #expect(report.decision.verdict == .promote)
        #expect(report.html.contains("may take the incumbent&#39;s place"))
        #expect(report.html.contains("6 patients"))
        for row in report.decision.segments { #expect(report.html.contains(row.name)) }
        for heading in ["How it learned", "Patients", "Volumes of the candidate", "Scanners"] {
            #expect(report.html.contains(heading))
        }
        #expect(report.patients.count == 6 && report.patients.allSatisfy { $0.after > $0.before })
    }

    @Test("JSON reads back as it was written")
    func whenJSONIsWritten_thenItReadsBack() throws {
        let report = try report()
        #expect(try JSONDecoder().decode(TrainingReport.self, from: Data(report.jsonBytes())) == report)
        #expect(try JSONDecoder().decode(EvaluationReport.self, from: Data(report.after.jsonBytes())) == report.after)
    }

    @Test("the card names parents, data, seeds, intervals, failures and that nobody signed")
    func whenACardIsMade_thenItSaysWhereTheModelIsFrom() throws {
        let report = try report()
        let card = report.modelCard
        for words in [
            report.decision.manifest.hex, report.before.digest.hex, "seed, batches", "learning rate", "metal",
            "Some labels are a network's output", "slabs of training patients", "Nobody has signed", "NO\\_ATLAS",
            "not a medical device", "95 % interval over 6 patients", "Maker &lt;One&gt;",
        ] { #expect(card.contains(words), "\(words)") }
        var signed = report
        signed.run.signOff = "physicist-1"
        #expect(signed.modelCard.contains("physicist-1"))
    }

    @Test("a run without curves, patients or automatic boxes still has a page")
    func whenLittleIsKnown_thenThePageIsMadeAllTheSame() throws {
        var report = try report(patients: 1)
        report.run.learning = []
        report.after.cases = []
        report.patients = []
        #expect(Self.isBalanced(report.html))
        #expect(report.html.contains("says nothing of other patients"))
    }

    /// Whether every element that is opened is closed, in order; `meta` has no end.
    static func isBalanced(_ html: String) -> Bool {
        var open: [Substring] = []
        for part in html.split(separator: "<").dropFirst() {
            let name = part.prefix { $0 != ">" && $0 != " " && $0 != "\n" }
            if name.hasPrefix("!") || name == "meta" { continue }
            if name.hasPrefix("/") {
                guard open.popLast() == name.dropFirst() else { return false }
            } else {
                open.append(name)
            }
        }
        return open.isEmpty
    }
}
