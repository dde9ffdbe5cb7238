import ArgumentParser

/// Everything about model packages.
struct ModelsCommand: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "models",
        abstract: "Import, list, show, verify and promote model packages.",
        subcommands: [
            ModelsImportCommand.self, ModelsListCommand.self, ModelsShowCommand.self, ModelsVerifyCommand.self,
            ModelsPromoteCommand.self, ModelsRollbackCommand.self, ModelsHistoryCommand.self,
        ]
    )
}
