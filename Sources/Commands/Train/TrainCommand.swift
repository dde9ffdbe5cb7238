import ArgumentParser

/// Everything about fine-tuning.
struct TrainCommand: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "train",
        abstract: "Fine-tune the model in use with what was reviewed, and promote the result only if it is better.",
        discussion: """
            Without a subcommand a run begins, or the interrupted one goes on. A run may be killed at any moment; it goes
            on where its last saved state stood, and ends with the same weights, bit for bit.
            """,
        subcommands: [
            TrainStartCommand.self, TrainListCommand.self, TrainShowCommand.self, TrainStopCommand.self,
            TrainPruneCommand.self,
            TrainLockCommand.self,
        ],
        defaultSubcommand: TrainStartCommand.self
    )
}
