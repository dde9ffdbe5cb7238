import ArgumentParser
import Ledger
import LedgerSQLite

/// Puts a job back into the queue.
struct JobsRetryCommand: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "retry",
        abstract: "Put a job that failed, was cancelled or needs a prompt back into the queue.",
        discussion: """
            While the service runs it owns the ledger: stop it first, run this command as the service's user, and start \
            it again.
            """
    )

    @Argument(help: "The job's number, as 'jobs list' shows it.")
    var number: Int64

    @OptionGroup var site: SiteOptions

    func run() async throws {
        try await OwnedLedger.change(try site.load()) { ledger, actor in
            try await ledger.retry(JobID(rawValue: number), by: actor)
        }
        print("job \(number) is queued; the service takes it when it runs")
    }
}
