import ArgumentParser
import Checkpoints
import Foundation

/// Makes a package the one that a channel stands for.
struct ModelsPromoteCommand: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "promote",
        abstract: "Use a model package from now on, by a person's decision.",
        discussion: """
            Profiles that name neither a model nor a channel take the channel 'production'. A running service uses the
            package for series that are planned from now on; jobs that were planned before keep their model. 'preread
            train' promotes by itself what passes its gate; here a person decides, and is named in the history.
            """
    )

    @Argument(help: "The package's name.")
    var name: String

    @Option(help: "The channel.")
    var channel = ModelChannels.production

    @Option(help: "Why; it is kept in the history.")
    var reason: String

    @Option(name: .customLong("by"), help: "Who decides. Default: the user that runs the command.")
    var actor: String?

    @OptionGroup var models: ModelFolderOptions

    @Option(name: .customLong("site"), help: "The site whose models these are. Default: PREREAD_SITE, or none.")
    var site: String?

    func run() async throws {
        let store = try models.store(ofSite: site)
        do {
            let by = actor ?? ProcessInfo.processInfo.userName
            let isNew = try store.promote(name, in: channel, by: by, reason: reason)
            print(isNew ? "\(channel): \(name)" : "\(channel) stands for \(name) already")
        } catch {
            throw CommandFailure(describing: error)
        }
    }
}
