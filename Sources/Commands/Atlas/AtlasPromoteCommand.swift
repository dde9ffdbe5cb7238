import ArgumentParser
import Atlas
import Foundation
import Profiles

/// Makes atlases those that a profile uses, by a person's decision.
struct AtlasPromoteCommand: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "promote",
        abstract: "Use these atlases for a profile from now on, by a person's decision.",
        discussion: """
            They take the place of those in use: name all that are to vote. 'preread atlas build --from-cases' promotes by \
            itself what passes its gate; here a person decides, and is named in the history. A running service uses them for \
            the next job.
            """
    )

    @Argument(help: "The profile's id.")
    var profile: String

    @Argument(help: "The packages' names, the most trusted first.")
    var names: [String]

    @Option(help: "Why; it is kept in the history.")
    var reason: String

    @Option(name: .customLong("by"), help: "Who decides. Default: the user that runs the command.")
    var actor: String?

    @OptionGroup var profiles: ProfileFolderOptions

    func run() async throws {
        let set = try profiles.load()
        guard set.profile(id: profile) != nil else {
            let known = set.profiles.map(\.id).joined(separator: ", ")
            throw CommandFailure(.wrongUse, "there is no profile \(profile); there are: \(known)")
        }
        let store = AtlasStore(profiles: profiles.path)
        for name in names {
            _ = try store.folder(naming: name)
            guard store.isInstalled(name) else {
                throw CommandFailure(.wrongUse, "there is no atlas \(name): build it with 'preread atlas build'")
            }
        }
        do {
            let by = actor ?? ProcessInfo.processInfo.userName
            let isNew = try store.promotions.promote(names, for: profile, by: by, reason: reason)
            print("\(profile): \(names.joined(separator: ", "))\(isNew ? "" : ", as before")")
        } catch {
            throw CommandFailure(describing: error)
        }
    }
}
