import ArgumentParser

/// Everything about atlases.
struct AtlasCommand: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "atlas",
        abstract: "Build and show atlases.",
        subcommands: [AtlasBuildCommand.self, AtlasShowCommand.self]
    )
}
