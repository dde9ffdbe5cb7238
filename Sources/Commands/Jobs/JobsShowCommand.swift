import ArgumentParser
import Ledger
import LedgerSQLite

/// Shows one job.
struct JobsShowCommand: AsyncParsableCommand {
    static let configuration = CommandConfiguration(commandName: "show", abstract: "Show one job as JSON.")

    @Argument(help: "The job's number.")
    var number: Int64

    @OptionGroup var site: SiteOptions

    func run() async throws {
        let ledger = try LedgerReports.open(try site.load())
        guard let job = try await ledger.job(JobID(rawValue: number)) else {
            throw CommandFailure(.wrongUse, "there is no job \(number)")
        }
        try JSONOutput.print(JobReport(job))
    }
}
