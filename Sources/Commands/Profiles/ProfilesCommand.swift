import ArgumentParser

/// Everything about protocol profiles.
struct ProfilesCommand: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "profiles",
        abstract: "Check profiles, and explain which one a series gets.",
        subcommands: [ProfilesCheckCommand.self, ProfilesExplainCommand.self]
    )
}
