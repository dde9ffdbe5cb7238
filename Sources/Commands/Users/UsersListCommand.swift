import ArgumentParser
import ReviewWeb

/// Lists the users.
struct UsersListCommand: AsyncParsableCommand {
    static let configuration = CommandConfiguration(commandName: "list", abstract: "List users, roles and tokens.")

    @OptionGroup var site: SiteOptions

    @Flag(help: "Print JSON.")
    var json = false

    private struct Line: Encodable {
        struct Token: Encodable {
            let label: String
            let created: String
        }

        let user: String
        let role: ReviewRole
        let language: String
        let hasPassword: Bool
        let tokens: [Token]
    }

    func run() async throws {
        let lines = try SiteUsers(site).list().map { user in
            Line(
                user: user.name,
                role: user.role,
                language: user.language,
                hasPassword: user.password != nil,
                tokens: user.tokens.map { .init(label: $0.label, created: $0.created) }
            )
        }
        guard !json else { return try JSONOutput.print(lines) }
        guard !lines.isEmpty else { return print("nobody can log in yet: 'preread users add NAME'") }
        var table = TextTable(["user", "role", "language", "password", "tokens"])
        for line in lines {
            let tokens = line.tokens.map(\.label).joined(separator: ", ")
            table.add([line.user, line.role.rawValue, line.language, line.hasPassword ? "yes" : "no", tokens])
        }
        print(table.text)
    }
}
