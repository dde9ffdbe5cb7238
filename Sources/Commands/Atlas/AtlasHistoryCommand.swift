import ArgumentParser
import Atlas
import Foundation

/// Lists every switch from one set of atlases to another.
struct AtlasHistoryCommand: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "history",
        abstract: "List every promotion of atlases and every way back, with who, when and why."
    )

    @OptionGroup var profiles: ProfileFolderOptions

    @Flag(help: "Print JSON.")
    var json = false

    func run() async throws {
        do {
            let promotions = try AtlasStore(profiles: profiles.path).promotions.read()
            guard !json else { return try JSONOutput.print(promotions) }
            guard !promotions.history.isEmpty else { return print("nothing was promoted") }
            var table = TextTable(["when", "profile", "what", "from", "to", "by", "reason"])
            for change in promotions.history {
                table.add([
                    change.instant.formatted(.iso8601), change.profile, change.kind.rawValue,
                    change.from?.joined(separator: " ") ?? "its file's",
                    change.to?.joined(separator: " ") ?? "its file's",
                    change.actor, change.reason,
                ])
            }
            print(table.text)
        } catch {
            throw CommandFailure(describing: error)
        }
    }
}
