import ArgumentParser
import Ledger
import LedgerSQLite

/// Lists what was handed in.
struct ReviewCorrectionsCommand: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "corrections",
        abstract: "List what was handed in, and what is held and why."
    )

    @Flag(help: "Only what is held.")
    var held = false

    @OptionGroup var site: SiteOptions

    @Flag(help: "Print JSON.")
    var json = false

    func run() async throws {
        let ledger = try LedgerReports.open(try site.load())
        let found = try await ledger.corrections(CorrectionFilter(states: held ? [.held] : nil))
        let reports = found.map(CorrectionReport.init)
        guard !json else { return try JSONOutput.print(reports) }
        guard !reports.isEmpty else { return print(held ? "nothing is held" : "nothing was handed in") }
        var table = TextTable(["correction", "job", "state", "by", "reason", "message"])
        for report in reports {
            table.add([
                "\(report.correction)", report.job.map(String.init) ?? "", report.state, report.author,
                report.reason ?? "", report.message ?? "",
            ])
        }
        print(table.text)
    }
}
