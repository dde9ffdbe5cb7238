import ArgumentParser
import Atlas
import DurableFiles
import Foundation

/// Makes an atlas package from a labelled scan, or from what was reviewed.
struct AtlasBuildCommand: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "build",
        abstract: "Make an atlas package from a NIfTI scan and its labels, or from reviewed cases of a profile.",
        discussion: """
            From files: --image, --labels, --table, --licence and --provenance. The label table is a text file with one \
            structure a line: number, a tab or blanks, name. Lines that begin with # are comments.

            From reviewed cases: --from-cases PROFILE and a site. The best accepted or corrected series of a patient that \
            does not judge becomes an atlas. It votes beside the atlases in use from then on, if the gate that models have \
            to pass finds the masks of the locked patients better for it and no structure worse than the profile allows. \
            Ends with 0 where it is in use or waits for a person, with 1 where the atlases in use stay.
            """
    )

    @Argument(help: "The package's name, as profiles refer to it.")
    var name: String

    @Option(help: "The scan (.nii or .nii.gz).")
    var image: String?

    @Option(help: "The labels on the scan's grid (.nii or .nii.gz).")
    var labels: String?

    @Option(help: "The label table.")
    var table: String?

    @Option(help: "CT or MR.")
    var modality = "CT"

    @Option(help: "Where scan and labels come from, and who or what drew the labels.")
    var provenance: String?

    @Option(help: "The licence of scan and labels.")
    var licence: String?

    @OptionGroup var cases: ReviewedAtlasOptions

    @OptionGroup var profiles: ProfileFolderOptions

    @Flag(help: "Print the description of the atlas as JSON; with --from-cases, the record of the run.")
    var json = false

    func validate() throws {
        let files = [("--image", image), ("--labels", labels), ("--table", table), ("--provenance", provenance)]
        if cases.profile != nil {
            if let given = files.first(where: { $0.1 != nil }) {
                throw ValidationError("\(given.0) belongs to an atlas from files, not to --from-cases")
            }
            return try cases.check()
        }
        if let missing = (files + [("--licence", licence)]).first(where: { $0.1 == nil }) {
            throw ValidationError("\(missing.0) is missing; for an atlas from reviewed cases give --from-cases PROFILE")
        }
        if let stray = cases.strayOption { throw ValidationError("\(stray) belongs to --from-cases") }
    }

    func run() async throws {
        if let profile = cases.profile {
            return try await cases.build(name, of: profile, licence: licence, json: json)
        }
        guard let image, let labels, let table, let provenance, let licence else {
            preconditionFailure("what is missing was refused")
        }
        try build(image: image, labels: labels, table: table, provenance: provenance, licence: licence)
    }

    private func build(image: String, labels: String, table: String, provenance: String, licence: String) throws {
        guard let modality = AtlasModality(rawValue: modality.uppercased()) else {
            throw CommandFailure(.wrongUse, "--modality \(modality): CT or MR")
        }
        let folder = try AtlasStore(profiles: profiles.path).folder(naming: name)
        let known = try LabelTable(RawPath(table)).labels
        let labelImage = try Self.image(labels)
        let present = try Self.naming(labels) { Set(try labelImage.labels().presentLabels) }
        let absent = known.filter { !present.contains($0.id) }.map(\.name)
        if !absent.isEmpty { StandardError.print("not in the labels: \(absent.joined(separator: ", "))") }
        let builder = AtlasBuilder(
            name: name,
            modality: modality,
            provenance: provenance,
            licence: licence,
            labels: known.filter { present.contains($0.id) }
        )
        let scan = try Self.image(image)
        let description: AtlasDescription
        do {
            description = try builder.build(image: scan, labels: labelImage, into: folder.parent)
        } catch AtlasPackageError.exists {
            let place = folder.displayName
            throw CommandFailure(.wrongUse, "\(place) exists already: choose another name, or remove that folder first")
        } catch let error as AtlasPackageError {
            throw CommandFailure(.wrongUse, error.description)
        } catch let error as FileError {
            throw CommandFailure(.environment, "\(folder.displayName): \(error.description)")
        }
        guard !json else { return try JSONOutput.print(description) }
        let size = description.size
        print(
            "built \(name): \(size.x) × \(size.y) × \(size.z) voxels, \(description.labels.count) structures, in "
                + folder.displayName
        )
    }

    private static func image(_ path: String) throws -> NIfTIImage {
        try naming(path) { try NIfTIImage(contentsOf: RawPath(path)) }
    }

    /// Puts the file's name before what is wrong with it: there are two of them.
    private static func naming<Result>(_ path: String, _ body: () throws -> Result) throws -> Result {
        do {
            return try body()
        } catch let error as NIfTIError {
            throw CommandFailure(.wrongUse, "\(path): \(error.description)")
        } catch let error as FileError {
            throw CommandFailure(naming: RawPath(path), error)
        }
    }
}
