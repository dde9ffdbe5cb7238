import ArgumentParser

/// Everything about files that are held.
struct QuarantineCommand: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "quarantine",
        abstract: "List files that are held, with the reason and the remedy, and release them.",
        subcommands: [QuarantineListCommand.self, QuarantineReleaseCommand.self],
        defaultSubcommand: QuarantineListCommand.self
    )
}
