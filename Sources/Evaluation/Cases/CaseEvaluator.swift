import DICOMFiles
import DICOMSegmentation
import DurableFiles
import Foundation
import Geometry
import Pipeline
import Profiles
import SegmentAnything

/// Scores a model on the cases of a manifest: through the whole pipeline as production runs it, and on perfect boxes.
///
/// One case is in memory at a time. Each finished case is a file in the run's folder, named after the case and the model;
/// a run that was stopped goes on where it was, and a file that belongs to other inputs is made anew. The caller's thread
/// is busy for as long as it takes.
public struct CaseEvaluator {
    /// A profile with its atlases, as production uses them.
    public struct Prior: Sendable {
        /// The profile.
        public var profile: Profile
        /// Those of its atlases that vote.
        public var atlases: [LoadedAtlas]

        /// A profile and its atlases.
        public init(profile: Profile, atlases: [LoadedAtlas]) {
            self.profile = profile
            self.atlases = atlases
        }
    }

    /// What is measured beside Dice, and how.
    public struct Options: Sendable, Hashable {
        /// mm within which surfaces agree.
        public var tolerance = 2.0
        /// Whether SAM-Med2D's own protocol runs too: perfect box, one, three and five points.
        public var includesPaperProtocol = false
        /// Whether the whole pipeline runs; the paper's protocol does not need it.
        public var includesPipeline = true

        /// Everything but the paper's protocol.
        public init() {}
    }

    /// How far a run is.
    public struct Progress: Sendable, Hashable {
        /// The case's id.
        public var caseID: String
        /// Cases that are finished.
        public var casesDone: Int
        /// All cases of the run.
        public var cases: Int
        /// What is done with this case.
        public var step: Step
        /// Slices that are done in this step.
        public var done: Int
        /// Slices of this step.
        public var total: Int

        /// What is done with a case.
        public enum Step: String, Sendable, Hashable {
            /// The whole pipeline: reading the series and fitting the atlas.
            case prior
            /// The whole pipeline: the network on automatic boxes.
            case pipeline
            /// The network on boxes of the truth.
            case perfectBoxes
            /// The case was finished by an earlier run.
            case known
        }
    }

    /// The cases.
    public let manifest: CaseManifest
    /// What the cases' paths are relative to.
    public let root: RawPath
    /// Where finished cases are kept.
    public let folder: RawPath
    /// The program that results name.
    public let program: ProgramIdentity
    /// What is measured.
    public var options = Options()

    private let prior: (ReviewedCase) throws -> Prior

    /// An evaluator that keeps finished cases in a folder; `prior` finds the profile and atlases of a case.
    public init(
        manifest: CaseManifest,
        root: RawPath,
        folder: RawPath,
        program: ProgramIdentity,
        prior: @escaping (ReviewedCase) throws -> Prior
    ) {
        self.manifest = manifest
        self.root = root
        self.folder = folder
        self.program = program
        self.prior = prior
    }

    /// Evaluates a model on the cases of a role; `progress` returning `false` stops with ``AnnotationError/cancelled``.
    ///
    /// - Throws: ``CaseManifestError`` where files are not those of the manifest, and whatever the pipeline throws.
    public func evaluate(
        _ model: LoadedModel,
        role: ReviewedCase.Role = .test,
        progress: (Progress) -> Bool = { _ in true }
    ) throws -> ModelEvaluation {
        try AtomicFile.createFolder(folder)
        let cases = manifest.cases(of: role)
        var results: [CaseEvaluation] = []
        for reviewed in cases {
            func report(_ step: Progress.Step, _ done: Int, _ total: Int) -> Bool {
                progress(
                    Progress(
                        caseID: reviewed.id,
                        casesDone: results.count,
                        cases: cases.count,
                        step: step,
                        done: done,
                        total: total
                    )
                )
            }
            results.append(try evaluate(reviewed, model, report))
        }
        return ModelEvaluation(
            model: model.name,
            digest: model.digest,
            architecture: model.network.traits.architecture,
            manifest: manifest.digest,
            role: role,
            program: program.version,
            cases: results
        )
    }

    // MARK: - One case

    private typealias Report = (Progress.Step, Int, Int) -> Bool

    private func evaluate(
        _ reviewed: ReviewedCase,
        _ model: LoadedModel,
        _ report: Report
    ) throws -> CaseEvaluation {
        let prior = try prior(reviewed)
        let key = try key(of: reviewed, model, prior)
        let path = folder.appending("\(reviewed.id)-\(model.digest.hex.prefix(12)).json")
        if let known = Self.read(path), known.key == key {
            guard report(.known, 1, 1) else { throw AnnotationError.cancelled }
            return known
        }
        let evaluation = try measure(reviewed, model, prior, key, report)
        let encoder = JSONEncoder()
        encoder.outputFormatting = [.sortedKeys, .withoutEscapingSlashes]
        try AtomicFile.write(Array(try encoder.encode(evaluation)), to: path, subject: "evaluation")
        return evaluation
    }

    private func measure(
        _ reviewed: ReviewedCase,
        _ model: LoadedModel,
        _ prior: Prior,
        _ key: SHA256Digest,
        _ report: Report
    ) throws -> CaseEvaluation {
        let start = ContinuousClock.now
        let loaded = try LoadedCase(reviewed, root: root, profile: prior.profile)
        let produced = options.includesPipeline ? try annotate(loaded, model, prior, report) : .skipped
        let prompting = StructurePrompting(
            loaded: loaded,
            network: model.network.turned(SliceTurn(loaded.volume.stack.planes[0])),
            paperSeed: options.includesPaperProtocol ? manifest.seed : nil
        )
        let answers = try prompting.run { report(.perfectBoxes, $0, $1) }
        let grid = VoxelGrid(loaded.volume)
        let structures = loaded.structures.enumerated().map { index, structure in
            let name = loaded.name(of: structure)
            let tight = structure.tightBoxes(columns: grid.columns, rows: grid.rows)
            let measuring = StructureMeasuring(
                grid: grid,
                tolerance: options.tolerance,
                truth: structure.mask,
                tightBoxes: tight
            )
            return CaseEvaluation.Structure(
                name: name,
                label: structure.segment.label,
                truthML: grid.millilitres(structure.mask),
                automatic: produced.result.map { result in
                    measuring.measure(
                        result.masks[name] ?? SegmentMask(frameCount: grid.offsets.count),
                        boxes: WrittenResult.boxes(
                            of: result.receipt.segments.first { $0.trackingID == name },
                            on: loaded.volume
                        )
                    )
                },
                perfect: measuring.measure(answers.masks[index], boxes: tight),
                paper: options.includesPaperProtocol ? answers.trials[index] : nil
            )
        }
        let elapsed = start.duration(to: .now).components
        return CaseEvaluation(
            key: key,
            caseID: reviewed.id,
            patient: reviewed.patient,
            profile: reviewed.profile.id,
            scanner: reviewed.scanner.name,
            model: model.digest,
            priorRefusal: produced.refusal,
            structures: structures,
            seconds: Double(elapsed.seconds) + Double(elapsed.attoseconds) * 1e-18
        )
    }

    /// What the pipeline made of a case.
    private enum Produced {
        case written(WrittenResult)
        case refused(String)
        case skipped

        var result: WrittenResult? {
            guard case .written(let result) = self else { return nil }
            return result
        }

        var refusal: String? {
            guard case .refused(let code) = self else { return nil }
            return code
        }
    }

    /// Runs production's pipeline into a folder of its own, reads back what it wrote, and removes it.
    private func annotate(
        _ loaded: LoadedCase,
        _ model: LoadedModel,
        _ prior: Prior,
        _ report: Report
    ) throws -> Produced {
        let output = folder.appending("work-\(loaded.reviewed.id)-\(model.digest.hex.prefix(12))")
        defer { try? FileManager.default.removeItem(atPath: output.displayName) }
        try AtomicFile.createFolder(output)
        var request = AnnotationRequest(
            series: loaded.series,
            source: .profile(prior.profile, atlases: prior.atlases),
            model: model,
            program: program,
            instant: Date(timeIntervalSince1970: 0),
            timeZone: .gmt
        )
        request.withholds = false
        let outcome = try AnnotationPipeline(output: output).run(request) { step, done, total in
            switch step {
            case .planning: report(.prior, done, total)
            case .segmenting: report(.pipeline, done, total)
            case .writing: true
            }
        }
        switch outcome {
        case .needsPrompt(let code, _): return .refused(code)
        case .annotated(let result):
            return .written(
                try WrittenResult(
                    folder: output.appending(result.folder),
                    seriesInstanceUID: loaded.series.seriesInstanceUID,
                    volume: loaded.volume
                )
            )
        }
    }

    // MARK: - Finished cases

    /// Of everything that a result depends on.
    private func key(of reviewed: ReviewedCase, _ model: LoadedModel, _ prior: Prior) throws -> SHA256Digest {
        let encoder = JSONEncoder()
        encoder.outputFormatting = [.sortedKeys, .withoutEscapingSlashes]
        let parts = [
            "format \(CaseEvaluation.format)", "case \(SHA256Digest(of: try encoder.encode(reviewed)))",
            "model \(model.digest) \(model.precision)", "profile \(prior.profile.digest)",
            "atlas \(prior.atlases.isEmpty ? "none" : prior.atlases.map(\.digest.hex).joined(separator: " "))",
            "program \(program.version)",
            "tolerance \(options.tolerance) pipeline \(options.includesPipeline)",
            options.includesPaperProtocol ? "points \(manifest.seed)" : "no points",
        ]
        return SHA256Digest(of: Array(parts.joined(separator: "\n").utf8))
    }

    /// A finished case; `nil` where there is none that this version can read.
    private static func read(_ path: RawPath) -> CaseEvaluation? {
        guard let bytes = try? ReadOnlyFile(path, subject: "evaluation").readAll(limit: 1 << 28) else { return nil }
        return try? JSONDecoder().decode(CaseEvaluation.self, from: Data(bytes))
    }
}
