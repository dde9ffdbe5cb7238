import ArgumentParser
import DurableFiles
import Evaluation

/// How good a model is: on the cases of a manifest, or for one series against reference labels.
struct EvaluateCommand: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "evaluate",
        abstract: "Say how good a model is: on reviewed cases, or for one series against reference labels.",
        discussion: """
            With --cases, a model is scored on the cases of a manifest, by automatic boxes through the whole pipeline and \
            by perfect boxes: Dice, surface Dice and distances in mm, for each structure, with intervals. Finished cases \
            are kept in the run's folder and are not computed again.

            With a folder, --result and --labels, the results of one series are compared with reference labels. Labels \
            are placed on the series by patient coordinates. Their numbers are those of the profile's atlas.
            """
    )

    @Argument(help: "The folder of the series.")
    var folder: String?

    @Option(help: "A result's folder, as annotate or serve wrote it (with segmentation.dcm and receipt.json).")
    var result: String?

    @Option(help: "Reference labels (.nii or .nii.gz).")
    var labels: String?

    @OptionGroup(title: "Reviewed cases")
    var reviewed: ReviewedCaseOptions

    @Option(help: "Write the report as JSON to this file.")
    var report: String?

    @Option(help: "The model package. Default: the one that the receipt names, or the only one there is.")
    var model: String?

    @OptionGroup var models: ModelFolderOptions
    @OptionGroup var profiles: ProfileFolderOptions

    @Flag(help: "Print the report as JSON.")
    var json = false

    func validate() throws {
        if reviewed.cases != nil {
            guard folder == nil, result == nil, labels == nil else {
                throw ValidationError("Give --cases, or a folder with --result and --labels, not both")
            }
            try reviewed.check()
        } else {
            guard folder != nil, result != nil, labels != nil else {
                throw ValidationError("Give --cases MANIFEST, or a folder with --result and --labels")
            }
            guard !reviewed.isUsed else {
                throw ValidationError("--root, --role, --run, --embeddings, --tolerance and --html go with --cases")
            }
        }
    }

    func run() async throws {
        if let cases = reviewed.cases {
            try evaluate(cases)
        } else if let folder, let result, let labels {
            let comparison = LabelComparison(
                folder: folder,
                result: result,
                labels: labels,
                model: model,
                models: models.store(),
                profiles: profiles
            )
            let document = try comparison.run(quiet: json)
            try write(try JSONOutput.encode(document), to: report)
            if json { try JSONOutput.print(document) } else { print(document.text) }
        }
    }

    private func evaluate(_ cases: String) throws {
        let evaluation = try reviewed.evaluation(of: cases, profiles: profiles, quiet: json)
        let package = try ModelLoader.package(named: model, in: models.store())
        let document = try evaluation.report(on: package, role: reviewed.role)
        try write(try document.jsonBytes(), to: report)
        try write(document.html.utf8, to: reviewed.html)
        if json { try JSONOutput.print(document) } else { print(EvaluationTable(report: document).text) }
    }

    private func write(_ bytes: some Sequence<UInt8>, to name: String?) throws {
        guard let name else { return }
        do {
            try AtomicFile.write(Array(bytes), to: RawPath(name), subject: "report")
        } catch let error as FileError {
            throw CommandFailure(naming: RawPath(name), error)
        }
    }
}
