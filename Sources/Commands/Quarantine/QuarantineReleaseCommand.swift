import ArgumentParser

/// Has a held file judged again, or lets a held study go on.
struct QuarantineReleaseCommand: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "release",
        abstract: "Have a held or ignored file judged again, or let its held study be worked on.",
        discussion: "While the service runs it does what is asked for. Run as the service's user."
    )

    @Argument(help: "The file's number, as 'quarantine list' shows it.")
    var number: Int64

    @Flag(help: "Release the study of the file: whoever does has made sure that what is in the store is one patient's.")
    var study = false

    @OptionGroup var site: SiteOptions

    func run() async throws {
        let deed = study ? SiteDeed.releaseStudy(ofFile: number) : .releaseFile(number)
        try await SiteDecision.make(deed, at: try site.load()).report(json: false)
    }
}
