import ArgumentParser
import Ledger
import LedgerSQLite

/// Lists jobs.
struct JobsListCommand: AsyncParsableCommand {
    static let configuration = CommandConfiguration(commandName: "list", abstract: "List jobs, the oldest first.")

    @OptionGroup var site: SiteOptions

    @Flag(help: "Print JSON.")
    var json = false

    func run() async throws {
        let jobs = try await LedgerReports.open(try site.load()).jobs(JobFilter()).map(JobReport.init)
        guard !json else { return try JSONOutput.print(jobs) }
        guard !jobs.isEmpty else { return print("no jobs") }
        var table = TextTable(["job", "state", "profile", "attempts", "reason", "SEG"])
        for job in jobs {
            table.add([
                "\(job.job)", job.state, job.profile, "\(job.attempts)", job.reason ?? "", job.segmentation ?? "",
            ])
        }
        print(table.text)
    }
}
