import ArgumentParser

/// Everything about atlases.
struct AtlasCommand: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "atlas",
        abstract: "Build and show atlases, and decide which ones profiles use.",
        subcommands: [
            AtlasBuildCommand.self, AtlasShowCommand.self, AtlasPromoteCommand.self, AtlasRollbackCommand.self,
            AtlasHistoryCommand.self,
        ]
    )
}
