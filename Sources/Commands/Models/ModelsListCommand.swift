import ArgumentParser
import Checkpoints
import DurableFiles

/// Lists model packages.
struct ModelsListCommand: AsyncParsableCommand {
    static let configuration = CommandConfiguration(commandName: "list", abstract: "List the model packages.")

    @OptionGroup var models: ModelFolderOptions

    @Flag(help: "Print JSON.")
    var json = false

    func run() async throws {
        let store = models.store()
        let catalogue: ModelStore.Catalogue
        let channels: ModelChannels
        do {
            catalogue = try store.list()
            channels = try store.channels()
        } catch let error as FileError {
            throw CommandFailure(.environment, "the models in \(store.folder.displayName): \(error.description)")
        } catch {
            throw CommandFailure(describing: error)
        }
        if json {
            try JSONOutput.print(catalogue.packages.map(\.manifest))
        } else if catalogue.packages.isEmpty, catalogue.damaged.isEmpty {
            print("no models; import one with 'preread models import FILE --name NAME'")
        } else {
            var table = TextTable(["name", "architecture", "variant", "weights", "parent", "promoted in", "licence"])
            for manifest in catalogue.packages.map(\.manifest) {
                table.add([
                    manifest.name, manifest.architecture.rawValue, manifest.configuration.variant,
                    String(manifest.weights.sha256.hex.prefix(12)), manifest.training?.parent ?? "",
                    channels.stacks.keys.sorted().filter { channels.current($0)?.model == manifest.name }
                        .joined(separator: " "),
                    manifest.licence,
                ])
            }
            print(table.text)
        }
        for error in catalogue.damaged { StandardError.print("preread: \(error.description)") }
        if !catalogue.damaged.isEmpty { throw CommandFailure(.findings) }
    }
}
