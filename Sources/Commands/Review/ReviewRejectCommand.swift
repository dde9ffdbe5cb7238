import ArgumentParser

/// Rejects a result.
struct ReviewRejectCommand: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "reject",
        abstract: "Reject a result: nothing is learnt from it, and nothing of it is removed."
    )

    @Argument(help: "The number of a job, or a Series Instance UID for its newest result.")
    var target: String

    @Option(help: "Why, in words that name no patient.")
    var reason: String

    @OptionGroup var reviewer: ReviewerOptions
    @OptionGroup var site: SiteOptions

    func run() async throws {
        let deed = SiteDeed.reject(target, reason: reason)
        try await SiteDecision.make(deed, at: try site.load(), by: reviewer.name).report(json: reviewer.json)
    }
}
