import ArgumentParser
import Ledger
import LedgerSQLite

/// Withdraws a job.
struct JobsCancelCommand: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "cancel",
        abstract: "Withdraw a job that is not annotated yet.",
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
            let reason = JobReason("WITHDRAWN", message: "a person withdrew it")
            try await ledger.cancel(JobID(rawValue: number), reason: reason, by: actor)
        }
        print("job \(number) is cancelled")
    }
}
