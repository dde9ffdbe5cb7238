import ArgumentParser
import ReviewWeb

/// Adds a user.
struct UsersAddCommand: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "add",
        abstract: "Add somebody with a password."
    )

    @Argument(help: "The name that decisions carry.")
    var name: String

    @Option(help: "viewer looks, reviewer decides and corrects, admin trains, promotes and releases.")
    var role = ReviewRole.reviewer

    @Option(help: "The language of the page for this user: en or de.")
    var language = "en"

    @Flag(help: "Without a password: for programs that use a token.")
    var noPassword = false

    @OptionGroup var password: PasswordOptions
    @OptionGroup var site: SiteOptions

    func run() async throws {
        let users = try SiteUsers(site)
        var user: UserRecord
        do {
            user = try UserRecord(name: name, role: role, language: language)
        } catch {
            throw CommandFailure(.wrongUse, error.description)
        }
        guard try !users.list().contains(where: { $0.name == user.name }) else {
            throw CommandFailure(.wrongUse, "there is a user \(user.name) already")
        }
        user.password = noPassword ? nil : try password.hash().text
        try await users.edit("add \(user.name) as \(role.rawValue)") { [user] users in
            guard !users.contains(where: { $0.name == user.name }) else {
                throw UserFileError("there is a user \(user.name) already")
            }
            users.append(user)
        }
        print("\(user.name) may come in as \(role.rawValue)")
    }
}
