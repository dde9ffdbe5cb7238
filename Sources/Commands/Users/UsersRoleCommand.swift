import ArgumentParser
import ReviewWeb

/// Changes what a user may do.
struct UsersRoleCommand: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "role",
        abstract: "Change what somebody may do, or the language of the page for them."
    )

    @Argument(help: "The user's name.")
    var name: String

    @Argument(help: "viewer, reviewer or admin.")
    var role: ReviewRole

    @Option(help: "The language of the page for this user: en or de.")
    var language: String?

    @OptionGroup var site: SiteOptions

    func validate() throws {
        guard language.map(UserRecord.languages.contains) ?? true else {
            throw ValidationError("--language is one of \(UserRecord.languages.joined(separator: ", ")).")
        }
    }

    func run() async throws {
        try await SiteUsers(site).edit(name, "role \(role.rawValue) for") { user in
            user.role = role
            user.language = language ?? user.language
        }
        print("\(name) is \(role.rawValue)")
    }
}
