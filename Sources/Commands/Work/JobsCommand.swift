import ArgumentParser
import Ledger
import LedgerSQLite

/// Everything about jobs.
struct JobsCommand: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "jobs",
        abstract: "List and show jobs.",
        subcommands: [JobsListCommand.self, JobsShowCommand.self]
    )
}

/// One job as reports show it.
private struct JobReport: Encodable {
    let job: Int64
    let state: String
    let series: String
    let profile: String
    let attempts: Int
    let reason: String?
    let message: String?
    let segmentation: String?
    let segmentationSHA256: String?
    let sopInstanceUID: String?
    let receipt: String?

    init(_ job: Job) {
        self.job = job.id.rawValue
        state = job.state.rawValue
        series = job.series.rawValue
        profile = "\(job.profile.id) \(job.profile.version)"
        attempts = job.attempts
        reason = job.reason?.code
        message = job.reason?.message
        segmentation = job.result?.segmentation?.path
        segmentationSHA256 = job.result?.segmentation?.digest.hex
        sopInstanceUID = job.result?.segmentation?.sopInstanceUID.rawValue
        receipt = job.result?.receiptPath
    }
}

/// Lists jobs.
struct JobsListCommand: AsyncParsableCommand {
    static let configuration = CommandConfiguration(commandName: "list", abstract: "List jobs, the oldest first.")

    @OptionGroup var site: SiteOptions

    @Flag(help: "Print JSON.")
    var json = false

    func run() async throws {
        let jobs = try await LedgerReports.open(try site.load()).jobs(JobFilter()).map(JobReport.init)
        guard !json else { return try JSONOutput.print(jobs) }
        var table = TextTable(["job", "state", "profile", "attempts", "reason", "SEG"])
        for job in jobs {
            table.add([
                "\(job.job)", job.state, job.profile, "\(job.attempts)", job.reason ?? "", job.segmentation ?? "",
            ])
        }
        print(table.text)
    }
}

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
