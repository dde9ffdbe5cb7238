import ArgumentParser

/// Accepts results.
struct ReviewAcceptCommand: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "accept",
        abstract: "Accept results as they are, or say which of several corrections is right."
    )

    @Argument(help: "Numbers of jobs, or Series Instance UIDs for the newest result of each.")
    var targets: [String]

    @Option(help: "The correction of the job that is right; others are set aside.")
    var correction: Int64?

    @Flag(help: "The program's own result is right; corrections are set aside.")
    var result = false

    @OptionGroup var reviewer: ReviewerOptions
    @OptionGroup var site: SiteOptions

    func validate() throws {
        guard correction == nil || (!result && targets.count == 1) else {
            throw ValidationError("--correction goes with one job and without --result.")
        }
    }

    func run() async throws {
        let version: SiteDeed.AcceptedVersion =
            if let correction { .correction(correction) } else { result ? .result : .undisputed }
        let deed = SiteDeed.accept(targets, version)
        try await SiteDecision.make(deed, at: try site.load(), by: reviewer.name).report(json: reviewer.json)
    }
}
