import ArgumentParser
import ReviewWeb

/// Gives a user another password.
struct UsersPasswordCommand: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "password",
        abstract: "Give somebody another password; their open sessions end."
    )

    @Argument(help: "The user's name.")
    var name: String

    @OptionGroup var password: PasswordOptions
    @OptionGroup var site: SiteOptions

    func run() async throws {
        let users = try SiteUsers(site)
        let hash = try password.hash().text
        try await users.edit(name, "password for") { $0.password = hash }
        print("\(name) has another password")
    }
}
