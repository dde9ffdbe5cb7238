import ArgumentParser
import Checkpoints
import DurableFiles
import Foundation

/// Shows one model package.
struct ModelsShowCommand: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "show",
        abstract: "Show one model package and check its weights against their digest."
    )

    @Argument(help: "The package's name.")
    var name: String

    @OptionGroup var models: ModelFolderOptions

    @Flag(help: "Print JSON.")
    var json = false

    func run() async throws {
        let package = try ModelLoader.package(named: name, in: models.store())
        try package.verifyDigest()
        let manifest = package.manifest
        guard !json else { return try JSONOutput.print(manifest) }
        let configuration = manifest.configuration
        var table = TextTable(["", ""])
        table.add(["name", manifest.name])
        table.add(["architecture", "\(manifest.architecture.rawValue) \(configuration.variant)"])
        table.add(["input", "\(configuration.imageSize) pixels"])
        table.add(["adapters", configuration.hasAdapters ? "yes" : "no"])
        table.add(["parameters", "\(configuration.valueCount)"])
        table.add(["weights", "\(manifest.weights.sha256) (checked)"])
        table.add(["origin", "\(manifest.origin.name) \(manifest.origin.sha256)"])
        table.add(["licence", manifest.licence])
        table.add(["imported", manifest.imported.formatted(.iso8601)])
        if let training = manifest.training {
            table.add(["fine-tuned from", "\(training.parent) \(training.parentSHA256)"])
            table.add([
                "training run", "\(training.run), \(training.scope), \(training.steps) steps, seed \(training.seed)",
            ])
            table.add(["cases", "\(training.casesSHA256)"])
        }
        if !manifest.notes.isEmpty { table.add(["notes", manifest.notes]) }
        print(table.text.split(separator: "\n").joined(separator: "\n"))
    }
}
