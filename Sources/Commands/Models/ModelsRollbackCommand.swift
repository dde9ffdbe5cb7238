import ArgumentParser
import Checkpoints
import Foundation

/// Goes back to the model before the last promotion.
struct ModelsRollbackCommand: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "rollback",
        abstract: "Go back to the model that was used before the last promotion.",
        discussion: """
            Going back again goes one promotion further, at last to the site's default model. Nothing is removed: the \
            package stays, and can be promoted again.
            """
    )

    @Option(help: "The channel.")
    var channel = ModelChannels.production

    @Option(help: "Why; it is kept in the history.")
    var reason = "not stated"

    @Option(name: .customLong("by"), help: "Who decides. Default: the user that runs the command.")
    var actor: String?

    @OptionGroup var models: ModelFolderOptions

    @Option(name: .customLong("site"), help: "The site whose models these are. Default: PREREAD_SITE, or none.")
    var site: String?

    func run() async throws {
        let store = try models.store(ofSite: site)
        do {
            try store.rollBack(channel, by: actor ?? ProcessInfo.processInfo.userName, reason: reason)
            let current = try store.channels().current(channel)?.model
            print("\(channel): \(current ?? "the site's default model")")
        } catch {
            throw CommandFailure(describing: error)
        }
    }
}
