import ArgumentParser
import Atlas
import DurableFiles
import Geometry

/// Shows what an atlas package holds.
struct AtlasShowCommand: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "show",
        abstract: "Show an atlas package after checking its volumes against their digests."
    )

    @Argument(help: "The package's name.")
    var name: String

    @OptionGroup var profiles: ProfileFolderOptions

    @Flag(help: "Print JSON.")
    var json = false

    func run() async throws {
        let folder = try AtlasStore(profiles: profiles.path).folder(naming: name)
        let atlas: Atlas
        do {
            atlas = try AtlasPackage.load(folder)
        } catch {
            throw CommandFailure(.environment, "\(folder.displayName): \(CommandFailure(describing: error).message)")
        }
        let description = atlas.description
        guard !json else { return try JSONOutput.print(description) }
        var volumes: [UInt16: Int] = [:]
        for value in atlas.labels.values { volumes[value, default: 0] += 1 }
        let voxel = abs(atlas.labels.affine.determinant) / 1000
        print("\(description.name): \(description.modality.rawValue), \(description.licence)")
        print(description.provenance)
        var table = TextTable(["number", "structure", "mL"])
        for label in description.labels {
            let volume = Double(volumes[label.id] ?? 0) * voxel
            table.add(["\(label.id)", label.name, "\((volume * 10).rounded() / 10)"])
        }
        print(table.text)
    }
}
