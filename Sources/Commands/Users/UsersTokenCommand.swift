import ArgumentParser
import ReviewWeb

/// Makes or withdraws tokens of programs.
struct UsersTokenCommand: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "token",
        abstract: "Make a token for a program, shown this once, or withdraw one.",
        discussion: "A program sends it as 'Authorization: Bearer TOKEN' and may then do what its user may."
    )

    @Argument(help: "The user under whose name the program acts.")
    var name: String

    @Option(help: "What the token is for.")
    var label = "program"

    @Flag(help: "Withdraw the tokens of that label.")
    var withdraw = false

    @OptionGroup var site: SiteOptions

    func run() async throws {
        let users = try SiteUsers(site)
        guard !withdraw else {
            var count = 0
            try await users.edit(name, "withdraw token for") { user in
                count = user.tokens.count { $0.label == label }
                user.tokens.removeAll { $0.label == label }
            }
            return print(count == 1 ? "1 token is withdrawn" : "\(count) tokens are withdrawn")
        }
        let made = NewToken(label: label)
        try await users.edit(name, "token for") { $0.tokens.append(made.record) }
        print(made.secret)
    }
}
