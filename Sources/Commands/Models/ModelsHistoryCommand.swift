import ArgumentParser
import Checkpoints
import Foundation

/// Lists every switch from one model to another.
struct ModelsHistoryCommand: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "history",
        abstract: "List every promotion and every way back, with who, when and why."
    )

    @OptionGroup var models: ModelFolderOptions

    @Option(name: .customLong("site"), help: "The site whose models these are. Default: PREREAD_SITE, or none.")
    var site: String?

    @Flag(help: "Print JSON.")
    var json = false

    func run() async throws {
        let channels: ModelChannels
        do {
            channels = try models.store(ofSite: site).channels()
        } catch {
            throw CommandFailure(describing: error)
        }
        guard !json else { return try JSONOutput.print(channels) }
        guard !channels.history.isEmpty else { return print("nothing was promoted") }
        var table = TextTable(["when", "channel", "what", "from", "to", "by", "reason"])
        for change in channels.history {
            table.add([
                change.instant.formatted(.iso8601), change.channel, change.kind.rawValue, change.from ?? "default",
                change.to ?? "default", change.actor, change.reason,
            ])
        }
        print(table.text)
    }
}
