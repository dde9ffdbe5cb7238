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
        /// At work on the case, where that was measured.
        let seconds: Double?
        let effort: [SegmentEffort]
        let segments: [SegmentVerdict]

        init(_ verdict: Ledger.Verdict) {
            self.verdict = verdict.verdict.event.rawValue
            by = verdict.reviewer
            time = verdict.time.milliseconds
            detail = verdict.detail
            seconds = verdict.work.seconds
            effort = verdict.work.effort
            segments = verdict.work.segments
        }
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
        let corrections = try await ledger.corrections(CorrectionFilter(job: id))
        let report = Report(
            job: JobReport(job),
            instability: job.result?.instability,
            verdicts: try await ledger.verdicts(of: id).map { Verdict($0) },
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
            let seconds = verdict.seconds.map { String(format: ", %.0f s", $0) } ?? ""
            print("\(Self.time(verdict.time)) \(verdict.verdict) by \(verdict.by)\(detail)\(seconds)")
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
            print(
                "\nThe corrections contradict each other: 'preread review accept \(job.job) --correction N' says which is right."
            )
        }
    }

    private static func time(_ milliseconds: Int64) -> String {
        Date(timeIntervalSince1970: Double(milliseconds) / 1_000).formatted(.iso8601)
    }
}
