import ArgumentParser

/// Everything that people say of results.
struct ReviewCommand: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "review",
        abstract: "Judge results: list what waits, accept, reject, hand in corrections.",
        discussion: """
            May be used while the service runs: the service then does what is asked for. Run as the service's user.
            """,
        subcommands: [
            ReviewListCommand.self, ReviewShowCommand.self, ReviewAcceptCommand.self, ReviewRejectCommand.self,
            ReviewCorrectCommand.self, ReviewCorrectionsCommand.self, ReviewReleaseCommand.self,
        ]
    )
}

/// Who decides, and how that is answered.
struct ReviewerOptions: ParsableArguments {
    @Option(name: .customLong("by"), help: "Who decides. Default: the user who runs the command.")
    var name: String?

    @Flag(help: "Print JSON.")
    var json = false

    func validate() throws {
        guard name.map({ !$0.isEmpty && $0.utf8.count <= 256 }) ?? true else {
            throw ValidationError("--by needs a name of 1 to 256 bytes.")
        }
    }
}
