import ArgumentParser
import ReviewWeb

/// Shows the newest lines of the audit.
struct AuditShowCommand: AsyncParsableCommand {
    static let configuration = CommandConfiguration(commandName: "show", abstract: "Show the newest lines.")

    @Option(help: "At most so many.")
    var limit = 50

    @OptionGroup var site: SiteOptions

    @Flag(help: "Print JSON.")
    var json = false

    func run() async throws {
        let path = try SiteAudit(site).path
        let records: [AuditRecord]
        do {
            records = try AuditPage(path, before: nil, limit: limit).records
        } catch {
            throw CommandFailure(describing: error)
        }
        guard !json else { return try JSONOutput.print(records) }
        guard !records.isEmpty else { return print("nothing is noted yet") }
        var table = TextTable(["number", "time", "event", "user", "from", "job", "detail"])
        for record in records {
            table.add([
                "\(record.number)", record.time, record.event.rawValue, record.user ?? "", record.address ?? "",
                record.job.map(String.init) ?? "", record.detail ?? "",
            ])
        }
        print(table.text)
    }
}
