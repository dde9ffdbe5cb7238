import ArgumentParser
import Atlas
import DurableFiles
import Foundation

/// Makes an atlas package from a labelled scan.
struct AtlasBuildCommand: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "build",
        abstract: "Make an atlas package from a NIfTI scan and its NIfTI labels.",
        discussion: """
            The label table is a text file with one structure a line: number, a tab or blanks, name. \
            Lines that begin with # are comments.
            """
    )

    @Argument(help: "The package's name, as profiles refer to it.")
    var name: String

    @Option(help: "The scan (.nii or .nii.gz).")
    var image: String

    @Option(help: "The labels on the scan's grid (.nii or .nii.gz).")
    var labels: String

    @Option(help: "The label table.")
    var table: String

    @Option(help: "CT or MR.")
    var modality = "CT"

    @Option(help: "Where scan and labels come from, and who or what drew the labels.")
    var provenance: String

    @Option(help: "The licence of scan and labels.")
    var licence: String

    @OptionGroup var profiles: ProfileFolderOptions

    func run() async throws {
        guard let modality = AtlasModality(rawValue: modality.uppercased()) else {
            throw CommandFailure(.wrongUse, "--modality \(modality): CT or MR")
        }
        let builder = AtlasBuilder(
            name: name,
            modality: modality,
            provenance: provenance,
            licence: licence,
            labels: try Self.labels(RawPath(table))
        )
        let folder = AtlasStore(profiles: profiles.path).folder(named: name)
        try AtomicFile.createFolder(folder.parent)
        do {
            let description = try builder.build(
                image: try NIfTIImage(contentsOf: RawPath(image)),
                labels: try NIfTIImage(contentsOf: RawPath(labels)),
                into: folder
            )
            print("built \(name): \(description.size.x) × \(description.size.y) × \(description.size.z) voxels, "
                + "\(description.labels.count) structures, in \(folder.displayName)")
        } catch {
            throw CommandFailure(.findings, "\(error)")
        }
    }

    /// Reads `number name` lines.
    private static func labels(_ path: RawPath) throws -> [AtlasLabel] {
        let bytes: [UInt8]
        do {
            bytes = try ReadOnlyFile(path, subject: "label table").readAll(limit: 1 << 20)
        } catch {
            throw CommandFailure(.wrongUse, "\(path.displayName): \(error.description)")
        }
        let lines = String(decoding: bytes, as: UTF8.self).split(separator: "\n", omittingEmptySubsequences: false)
        return try lines.enumerated().compactMap { index, line in
            let words = line.split(whereSeparator: \.isWhitespace)
            guard let first = words.first, !first.hasPrefix("#") else { return nil }
            guard words.count == 2, let id = UInt16(first), id > 0 else {
                throw CommandFailure(.wrongUse, "\(path.displayName):\(index + 1): a number and a name are needed")
            }
            return AtlasLabel(id: id, name: String(words[1]))
        }
    }
}
