import ArgumentParser
import Foundation
import Ledger
import LedgerSQLite

/// Shows one job with everything that people have said of it.
struct ReviewShowCommand: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "show",
        abstract: "Show a result, its verdicts, its corrections and whether they contradict each other."
    )

    @Argument(help: "The job's number.")
    var number: Int64

    @OptionGroup var site: SiteOptions

    @Flag(help: "Print JSON.")
    var json = false

    private struct Verdict: Encodable {
        let verdict: String
        let by: String
        let time: Int64
        let detail: String?
    }

    private struct Report: Encodable {
        let job: JobReport
        let instability: Double?
        let verdicts: [Verdict]
        let corrections: [CorrectionReport]
        let isConflict: Bool
    }

    func run() async throws {
        let ledger = try LedgerReports.open(try site.load())
        let id = JobID(rawValue: number)
        guard let job = try await ledger.job(id) else { throw CommandFailure(.wrongUse, "there is no job \(number)") }
        let verdictActions: Set<String> = [JobEvent.accept, .correct, .reject].reduce(into: []) { $0.insert($1.rawValue) }
        let events = try await ledger.events(of: .job(id)).filter { verdictActions.contains($0.action) }
        let corrections = try await ledger.corrections(CorrectionFilter(job: id))
        let report = Report(
            job: JobReport(job),
            instability: job.result?.instability,
            verdicts: events.map {
                Verdict(verdict: $0.action, by: $0.actor, time: $0.time.milliseconds, detail: $0.detail)
            },
            corrections: corrections.map(CorrectionReport.init),
            isConflict: Correction.conflict(among: corrections)
        )
        guard !json else { return try JSONOutput.print(report) }
        show(report)
    }

    private func show(_ report: Report) {
        let job = report.job
        print("job \(job.job): \(job.state), profile \(job.profile), series \(job.series)")
        print("SEG: \(job.segmentation ?? "nothing found")")
        if let message = job.message { print("\(job.reason ?? ""): \(message)") }
        for verdict in report.verdicts {
            let detail = verdict.detail.map { " (\($0))" } ?? ""
            print("\(Self.time(verdict.time)) \(verdict.verdict) by \(verdict.by)\(detail)")
        }
        for correction in report.corrections {
            print("\ncorrection \(correction.correction) by \(correction.author): \(correction.state)")
            var table = TextTable(["segment", "status", "matched by", "Dice", "changed voxels"])
            for segment in correction.segments {
                table.add([
                    segment.label, segment.status, segment.match,
                    segment.dice.map { String(format: "%.4f", $0) } ?? "–",
                    segment.changedVoxels.map(String.init) ?? "–",
                ])
            }
            print(table.text)
        }
        if report.isConflict {
            print("\nThe corrections contradict each other: 'preread review accept \(job.job) --correction N' says which is right.")
        }
    }

    private static func time(_ milliseconds: Int64) -> String {
        Date(timeIntervalSince1970: Double(milliseconds) / 1_000).formatted(.iso8601)
    }
}
