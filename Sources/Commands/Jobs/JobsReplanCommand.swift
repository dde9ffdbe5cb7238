import ArgumentParser

/// Has the series of a job looked at again.
struct JobsReplanCommand: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "replan",
        abstract: "Have a job's series planned again, after its profile or model changed.",
        discussion: "While the service runs it does what is asked for. Run as the service's user."
    )

    @Argument(help: "The job's number, as 'jobs list' shows it.")
    var number: Int64

    @OptionGroup var site: SiteOptions

    func run() async throws {
        try await SiteDecision.make(.replanJob(number), at: try site.load()).report(json: false)
    }
}
