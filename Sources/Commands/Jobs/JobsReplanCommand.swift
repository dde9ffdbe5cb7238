import ArgumentParser
import Ledger
import LedgerSQLite

/// Has the series of a job looked at again.
struct JobsReplanCommand: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "replan",
        abstract: "Have a job's series planned again, after its profile or model changed.",
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
            guard let job = try await ledger.job(JobID(rawValue: number)) else {
                throw CommandFailure(.wrongUse, "there is no job \(number)")
            }
            try await ledger.reopen(job.series, by: actor)
        }
        print("the series of job \(number) is planned again when the service runs")
    }
}
