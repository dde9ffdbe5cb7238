import ArgumentParser
import Foundation
import ReviewWeb

/// Removes a user.
struct UsersRemoveCommand: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "remove",
        abstract: "Keep somebody out; what they decided stays under their name."
    )

    @Argument(help: "The user's name.")
    var name: String

    @OptionGroup var site: SiteOptions

    func run() async throws {
        let name = name.precomposedStringWithCanonicalMapping
        try await SiteUsers(site).edit("remove \(name)") { users in
            guard users.contains(where: { $0.name == name }) else { throw UserFileError("there is no user \(name)") }
            users.removeAll { $0.name == name }
        }
        print("\(name) may not come in any more")
    }
}
