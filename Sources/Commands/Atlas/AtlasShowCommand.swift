import ArgumentParser
import Atlas
import DurableFiles
import Geometry
import Pipeline

/// Shows what an atlas package holds.
struct AtlasShowCommand: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "show",
        abstract: "Show an atlas package after checking its volumes against their digests.",
        discussion: """
            Beside the text a picture is written: axial, coronal and sagittal slices with the outline of each structure. \
            The picture shows the scan; treat it as you treat the atlas.
            """
    )

    @Argument(help: "The package's name.")
    var name: String

    @OptionGroup var profiles: ProfileFolderOptions

    @Option(help: "Where the picture goes (PNG). Default: NAME.png in the present folder.")
    var picture: String?

    @Flag(name: .customLong("no-picture"), help: "Write no picture.")
    var withoutPicture = false

    @Flag(help: "Print JSON.")
    var json = false

    func validate() throws {
        guard picture == nil || !withoutPicture else {
            throw ValidationError("--picture and --no-picture contradict each other")
        }
    }

    func run() async throws {
        let folder = try AtlasStore(profiles: profiles.path).folder(naming: name)
        let atlas: Atlas
        do {
            atlas = try AtlasPackage.load(folder)
        } catch {
            throw CommandFailure(.environment, "\(folder.displayName): \(CommandFailure(describing: error).message)")
        }
        let description = atlas.description
        if !withoutPicture { try draw(atlas) }
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

    private func draw(_ atlas: Atlas) throws {
        let place = picture ?? "\(name).png"
        guard let bytes = AtlasSheet(atlas)?.pngBytes() else {
            throw CommandFailure(.environment, "the picture of \(name) could not be encoded as PNG")
        }
        do {
            try AtomicFile.write(bytes, to: RawPath(place), subject: "picture")
        } catch let error as FileError {
            throw CommandFailure(naming: RawPath(place), error)
        }
        if !json { print("picture  \(place)") }
    }
}
