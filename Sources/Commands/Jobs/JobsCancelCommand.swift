import ArgumentParser

/// Withdraws a job.
struct JobsCancelCommand: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "cancel",
        abstract: "Withdraw a job that is not annotated yet.",
        discussion: "While the service runs it does what is asked for. Run as the service's user."
    )

    @Argument(help: "The job's number, as 'jobs list' shows it.")
    var number: Int64

    @OptionGroup var site: SiteOptions

    func run() async throws {
        try await SiteDecision.make(.cancelJob(number), at: try site.load()).report(json: false)
    }
}
