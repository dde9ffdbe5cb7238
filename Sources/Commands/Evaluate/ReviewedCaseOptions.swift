import ArgumentParser
import DurableFiles
import Evaluation

/// Which reviewed cases a model is evaluated on, and how.
struct ReviewedCaseOptions: ParsableArguments {
    /// How the network is prompted.
    enum Method: String, ExpressibleByArgument, CaseIterable {
        /// Automatic boxes through the whole pipeline, and perfect boxes.
        case pipeline
        /// SAM-Med2D's own protocol: perfect box, one, three and five points.
        case samMed2D = "sam-med2d"
    }

    @Option(help: "A manifest of reviewed cases.")
    var cases: String?

    @Option(help: "The folder that the manifest's paths are relative to. Default: the manifest's own.")
    var root: String?

    @Option(help: "Which of the cases: train, validation, test or replay.")
    var role: ReviewedCase.Role = .test

    @Option(name: .customLong("protocol"), help: "pipeline, or sam-med2d: perfect box, 1, 3 and 5 points.")
    var method: Method = .pipeline

    @Option(help: "Where finished cases are kept. Default: evaluation-DIGEST beside the manifest.")
    var run: String?

    @Option(help: "A folder that remembers what encoders make of slices, for models that share one.")
    var embeddings: String?

    @Option(help: "mm within which surfaces agree.")
    var tolerance = CaseEvaluator.Options().tolerance

    @Option(help: "Write the report as a page to this file.")
    var html: String?

    /// Whether anything but the manifest itself was asked for.
    var isUsed: Bool {
        root != nil || run != nil || embeddings != nil || html != nil || role != .test || method != .pipeline
            || tolerance != CaseEvaluator.Options().tolerance
    }

    func check() throws {
        guard tolerance.isFinite, tolerance >= 0 else {
            throw ValidationError("--tolerance is a number of millimetres that is not negative")
        }
    }

    /// The evaluation on a manifest; its digest and its files are proven first.
    func evaluation(of path: String, profiles: ProfileFolderOptions, quiet: Bool) throws -> ManifestEvaluation {
        let place = RawPath(path)
        let files = root.map { RawPath($0) } ?? place.parent
        let manifest = try CaseManifest.read(place)
        try manifest.verifyFiles(root: files, of: role)
        var options = CaseEvaluator.Options()
        options.tolerance = tolerance
        options.includesPaperProtocol = method == .samMed2D
        options.includesPipeline = method == .pipeline
        return ManifestEvaluation(
            manifest: manifest,
            root: files,
            folder: run.map { RawPath($0) } ?? place.parent.appending("evaluation-\(manifest.digest.hex.prefix(12))"),
            embeddings: embeddings.map { RawPath($0) },
            priors: try CasePriors(profiles),
            options: options,
            isQuiet: quiet
        )
    }
}

extension ReviewedCase.Role: ExpressibleByArgument {}
