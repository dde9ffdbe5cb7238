import ArgumentParser

/// Has a held correction judged again.
struct ReviewReleaseCommand: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "release",
        abstract: "Have a held correction judged again, after its cause was mended."
    )

    @Argument(help: "The correction's number, as 'review corrections' shows it.")
    var number: Int64

    @Flag(help: "Match segments by their numbers where neither Tracking UID nor code does: you have made sure that they agree.")
    var byNumber = false

    @OptionGroup var reviewer: ReviewerOptions
    @OptionGroup var site: SiteOptions

    func run() async throws {
        let deed = SiteDeed.releaseCorrection(number, matchingByNumber: byNumber)
        try await SiteDecision.make(deed, at: try site.load(), by: reviewer.name).report(json: reviewer.json)
    }
}
