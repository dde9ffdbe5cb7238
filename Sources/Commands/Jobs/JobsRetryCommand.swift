import ArgumentParser

/// Puts a job back into the queue.
struct JobsRetryCommand: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "retry",
        abstract: "Put a job that failed, was cancelled or needs a prompt back into the queue.",
        discussion: "While the service runs it does what is asked for. Run as the service's user."
    )

    @Argument(help: "The job's number, as 'jobs list' shows it.")
    var number: Int64

    @OptionGroup var site: SiteOptions

    func run() async throws {
        try await SiteDecision.make(.retryJob(number), at: try site.load()).report(json: false)
    }
}
