import ArgumentParser

/// Everything about model packages.
struct ModelsCommand: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "models",
        abstract: "Import, list, show and verify model packages.",
        subcommands: [
            ModelsImportCommand.self, ModelsListCommand.self, ModelsShowCommand.self, ModelsVerifyCommand.self,
        ]
    )
}
