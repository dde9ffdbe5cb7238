import ArgumentParser
import Checkpoints
import DurableFiles

/// Makes a model package from a checkpoint.
struct ModelsImportCommand: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "import",
        abstract: "Make a model package from a .pth or .safetensors file. Nothing in the file is executed."
    )

    @Argument(help: "The checkpoint.")
    var file: String

    @Option(help: "The package's name: lower-case letters, digits, dots, hyphens, underscores.")
    var name: String

    @Option(help: "The licence of the weights, as its owner names it.")
    var licence = "not stated"

    @Option(help: "Anything worth knowing.")
    var notes = ""

    @OptionGroup var models: ModelFolderOptions

    @Flag(help: "Print JSON.")
    var json = false

    func run() async throws {
        let store = models.store()
        let done: ModelStore.Import
        do {
            done = try store.importFile(RawPath(file), name: name, licence: licence, notes: notes)
        } catch let error as CheckpointError {
            if case .unreadable = error { throw CommandFailure(.wrongUse, "\(file): \(error.description)") }
            throw CommandFailure(.findings, "\(file): \(error.description)")
        } catch let error as FileError {
            let folder = store.folder.displayName
            throw CommandFailure(.environment, "the model cannot be put into \(folder): \(error.description)")
        }
        let manifest = done.package.manifest
        if json {
            try JSONOutput.print(manifest)
        } else {
            let what = "\(manifest.architecture.rawValue) \(manifest.configuration.variant)"
            print("\(done.wasThere ? "already there" : "imported"): \(manifest.name), \(what)")
            print("weights \(manifest.weights.sha256)")
        }
    }
}
