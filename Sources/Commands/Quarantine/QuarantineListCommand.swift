import ArgumentParser
import DICOMFiles
import DurableFiles
import Ledger
import LedgerSQLite

/// Lists quarantined files.
struct QuarantineListCommand: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "list",
        abstract: "List held files. File names may hold patient data: they are shown on the terminal alone."
    )

    @OptionGroup var site: SiteOptions

    @Flag(help: "Print JSON, with names as base64 where they are no UTF-8.")
    var json = false

    private struct Line: Encodable {
        let file: Int64
        let name: String
        let state: String
        let reason: String
        let message: String
        let remedy: String
    }

    func run() async throws {
        let ledger = try LedgerReports.open(try site.load())
        let files = try await ledger.files(FileFilter(states: [.quarantined, .pending]))
        let lines = files.filter { $0.outcome.reason != nil }.map { file in
            Line(
                file: file.id.rawValue,
                name: RawPath(bytes: file.path.bytes).displayName,
                state: file.outcome.state.rawValue,
                reason: file.outcome.reason ?? "",
                message: file.outcome.message ?? "",
                remedy: file.outcome.reason.flatMap(ReasonCode.init(rawValue:))?.remedy ?? ""
            )
        }
        guard !json else { return try JSONOutput.print(lines) }
        guard !lines.isEmpty else { return print("nothing is held") }
        var table = TextTable(["file", "reason", "name", "remedy"])
        for line in lines { table.add(["\(line.file)", line.reason, line.name, line.remedy]) }
        print(table.text)
    }
}
