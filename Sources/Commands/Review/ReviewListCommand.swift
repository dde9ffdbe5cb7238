import ArgumentParser
import Foundation
import Ledger
import LedgerSQLite

/// The worklist.
struct ReviewListCommand: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "list",
        abstract: "List results that wait for a person: contradicting corrections first, then the least certain results."
    )

    @OptionGroup var site: SiteOptions

    @Flag(help: "Print JSON.")
    var json = false

    private struct Line: Encodable {
        let job: Int64
        let series: String
        let state: String
        let profile: String
        /// 0 to 1.
        let instability: Double?
        /// Corrections that contradict each other.
        let conflict: [Int64]
        let segmentation: String?
    }

    func run() async throws {
        let ledger = try LedgerReports.open(try site.load())
        let waiting = try await ledger.jobs(JobFilter(states: [.annotated]))
            .filter { $0.supersededBy == nil }
            .sorted { ($0.result?.instability ?? -1, -$0.id.rawValue) > ($1.result?.instability ?? -1, -$1.id.rawValue) }
        let lines = try await conflicts(ledger) + waiting.map { line($0, conflict: []) }
        guard !json else { return try JSONOutput.print(lines) }
        guard !lines.isEmpty else { return print("nothing waits for review") }
        var table = TextTable(["job", "state", "profile", "instability", "conflict", "SEG"])
        for line in lines {
            table.add([
                "\(line.job)", line.state, line.profile, line.instability.map { String(format: "%.2f", $0) } ?? "–",
                line.conflict.map(String.init).joined(separator: ","), line.segmentation ?? "nothing found",
            ])
        }
        print(table.text)
    }

    private func conflicts(_ ledger: SQLiteLedgerReader) async throws -> [Line] {
        let current = try await ledger.corrections(CorrectionFilter(states: [.current], intent: .correct))
        var lines: [Line] = []
        let byJob = Dictionary(grouping: current, by: \.job)
        for (id, corrections) in byJob.sorted(by: { ($0.key?.rawValue ?? 0) < ($1.key?.rawValue ?? 0) }) {
            guard Correction.conflict(among: corrections), let id, let job = try await ledger.job(id) else { continue }
            lines.append(line(job, conflict: corrections.map(\.id.rawValue)))
        }
        return lines
    }

    private func line(_ job: Job, conflict: [Int64]) -> Line {
        Line(
            job: job.id.rawValue,
            series: job.series.rawValue,
            state: job.state.rawValue,
            profile: "\(job.profile.id) \(job.profile.version)",
            instability: job.result?.instability,
            conflict: conflict,
            segmentation: job.result?.segmentation?.path
        )
    }
}
