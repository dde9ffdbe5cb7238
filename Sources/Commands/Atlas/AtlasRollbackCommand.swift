import ArgumentParser
import Atlas
import Foundation

/// Goes back to the atlases before the last promotion.
struct AtlasRollbackCommand: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "rollback",
        abstract: "Go back to the atlases that a profile used before the last promotion.",
        discussion: """
            Going back again goes one promotion further, at last to the atlases of the profile's file. Nothing is removed: \
            the packages stay, and can be promoted again.
            """
    )

    @Argument(help: "The profile's id.")
    var profile: String

    @Option(help: "Why; it is kept in the history.")
    var reason = "not stated"

    @Option(name: .customLong("by"), help: "Who decides. Default: the user that runs the command.")
    var actor: String?

    @OptionGroup var profiles: ProfileFolderOptions

    func run() async throws {
        let file = AtlasStore(profiles: profiles.path).promotions
        do {
            try file.rollBack(profile, by: actor ?? ProcessInfo.processInfo.userName, reason: reason)
            let names = try file.read().current(profile)?.atlases.map(\.name).joined(separator: ", ")
            print("\(profile): \(names ?? "the atlases of its file")")
        } catch {
            throw CommandFailure(describing: error)
        }
    }
}
