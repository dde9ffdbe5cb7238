import Atlas
import Checkpoints
import Corrections
import DICOMFiles
import DICOMSegmentation
import DurableFiles
import Evaluation
import Foundation
import Ledger
import Pipeline
import Profiles
import Training

/// Makes atlases from reviewed cases of a profile, and puts them beside those in use where the gate of models lets them.
///
/// Judges are the locked patients of the site's training runs, and no atlas is ever made of one: whoever becomes an atlas is
/// noted as learnt from, and cannot judge any more.
struct AtlasLearning {
    /// What a person wants.
    struct Wishes {
        /// The package's name; several get `-1`, `-2`, … behind it.
        var name: String
        /// How many atlases, each of another patient.
        var count = 1
        /// Series to make them of; empty for the best that there are.
        var series: [String] = []
        /// Whether they take the place of those in use instead of voting with them.
        var replaces = false
        /// Whether a set that passes is promoted at once.
        var promotes = true
        var licence: String
        var seed: UInt64 = 1
        var actor: String
    }

    let site: SiteConfiguration
    let models: ModelStore
    let profiles: ProfileSet
    let profile: Profile
    let wishes: Wishes
    let isQuiet: Bool

    private var store: AtlasStore { AtlasStore(profiles: site.profiles) }
    private var training: TrainingFolder { TrainingFolder(path: site.training.folder) }

    /// The files of a run.
    struct Run {
        let path: RawPath
        var id: String { path.lastComponent.displayName }
        var report: RawPath { path.appending("report.html") }
        fileprivate var cases: RawPath { path.appending("cases.json") }
        fileprivate var atlases: RawPath { path.appending("atlases") }
        fileprivate var evaluation: RawPath { path.appending("evaluation") }
    }

    /// Makes, judges, and promotes or not. The caller holds the lock of the training folder.
    func run(_ reviewed: [Corrections.ReviewedCase]) throws -> (run: Run, record: AtlasRunRecord) {
        try checkNames()
        let package = try ModelLoader.package(for: profile.model.choice, default: site.defaultModel, in: models)
        let run = try begin()
        do {
            let frozen = try freeze(reviewed, in: run)
            let promoted = try store.promotions.read().current(profile.id)
            let incumbent = try store.atlases(for: profile)
            let built = try build(frozen.manifest, in: run)
            let candidate = (wishes.replaces ? [] : incumbent) + built
            let decision = try judge(frozen.manifest, incumbent, candidate, package, run)
            // Whatever the gate says: a person may look at them, and decide otherwise.
            for atlas in built { try install(atlas, of: run) }
            var record = AtlasRunRecord(
                id: run.id,
                created: Date(),
                actor: wishes.actor,
                profile: profile.id,
                model: package.manifest.name,
                modelSHA256: package.manifest.weights.sha256,
                incumbent: incumbent.map(\.member),
                candidate: candidate.map(\.member),
                built: built.map(\.name),
                casesSHA256: frozen.manifest.digest,
                outcome: .kept,
                reasons: decision.checks.filter { decision.verdict == .promote || !$0.isPassed }.map(\.text),
                left: frozen.left
            )
            if decision.verdict == .promote {
                record.outcome = wishes.promotes ? .promoted : .waits
                if wishes.promotes {
                    try store.promotions.promote(
                        candidate.map(\.name),
                        for: profile.id,
                        replacing: .some(promoted),
                        by: "preread atlas build",
                        reason: "gate of \(run.id)"
                    )
                }
            }
            try write(record, in: run)
            removeWork(of: run)
            return (run, record)
        } catch {
            // Nothing goes on with a run that failed: its copies of images must not stay.
            try? FileManager.default.removeItem(atPath: run.path.displayName)
            throw error
        }
    }

    // MARK: - Steps

    private func checkNames() throws {
        guard wishes.count >= 1, wishes.count <= 16 else {
            throw CommandFailure(.wrongUse, "--count is 1 to 16")
        }
        guard profile.segments.contains(where: { $0.atlasLabel != nil }) else {
            throw CommandFailure(
                .wrongUse,
                "profile \(profile.id) asks no atlas for anything: no segment has an atlasLabel"
            )
        }
        for name in names {
            _ = try store.folder(naming: name)
            guard !store.isInstalled(name) else {
                throw CommandFailure(.wrongUse, "there is an atlas \(name) already: choose another name")
            }
        }
    }

    private var names: [String] {
        let count = wishes.series.isEmpty ? wishes.count : wishes.series.count
        return count == 1 ? [wishes.name] : (1...count).map { "\(wishes.name)-\($0)" }
    }

    private func begin() throws -> Run {
        // Runs that were killed: nothing goes on with them, and they hold images.
        for other in try training.runs() where other.id.hasPrefix("atlas-") {
            guard try !training.exists(other.path.appending(AtlasRunRecord.fileName)) else { continue }
            try FileManager.default.removeItem(atPath: other.path.displayName)
        }
        let stamp = Date().formatted(.iso8601.dateSeparator(.omitted).timeSeparator(.omitted)).lowercased()
        let run = Run(path: training.path.appending("atlas-\(stamp)"))
        guard try !training.exists(run.path) else {
            throw CommandFailure(.environment, "\(run.id) exists already: is the clock right?")
        }
        try AtomicFile.createFolder(run.path)
        return run
    }

    /// Decides who judges, and notes that all others never will.
    private func freeze(_ reviewed: [Corrections.ReviewedCase], in run: Run) throws -> CaseFreezer.Frozen {
        let newest = reviewed.filter { $0.profile.id == profile.id }.newestOfEachSeries
        let history = TrainingHistory(folder: training)
        let known = try history.read()
        let frozen = try CaseFreezer(profiles: profiles, rules: SplitRules(), seed: wishes.seed, folder: run.path)
            .freeze(
                newest.cases,
                // What a network has learnt from is as good for an atlas as what is new.
                history: SplitHistory(testPatients: known.testPatients, knownPatients: known.knownPatients)
            )
        let sources = frozen.manifest.cases.filter { $0.role != .test }
        guard !frozen.manifest.cases(of: .test).isEmpty, !sources.isEmpty else {
            let left = (frozen.left + newest.left).map { "\n  \($0)" }.joined()
            throw CommandFailure(
                .findings,
                "the reviewed cases of \(profile.id) leave nobody to make an atlas of, or nobody to judge it: review series of "
                    + "more patients, or lock judges with 'preread train lock'\(left)"
            )
        }
        try history.lock(frozen.manifest)
        try AtomicFile.write(try frozen.manifest.jsonBytes(), to: run.cases, subject: "cases.json")
        return CaseFreezer.Frozen(
            manifest: frozen.manifest,
            validationKind: frozen.validationKind,
            left: frozen.left + newest.left
        )
    }

    private func build(_ manifest: CaseManifest, in run: Run) throws -> [LoadedAtlas] {
        let chosen = try chosen(among: manifest, in: run)
        return try zip(names, chosen).map { name, reviewed in
            let loaded = try LoadedCase(reviewed, root: run.path, profile: profile)
            do {
                try CaseAtlas(loaded).build(named: name, licence: wishes.licence, into: run.atlases)
            } catch let problem as CaseAtlas.Problem {
                throw CommandFailure(.findings, "series \(reviewed.seriesInstanceUID) is no atlas: \(problem)")
            }
            return try LoadedAtlas(folder: run.atlases.appending(name))
        }
    }

    /// The cases that become atlases.
    private func chosen(among manifest: CaseManifest, in run: Run) throws -> [Evaluation.ReviewedCase] {
        guard wishes.series.isEmpty else {
            return try wishes.series.map { uid in
                guard let reviewed = manifest.cases.first(where: { $0.seriesInstanceUID == uid }) else {
                    throw CommandFailure(.wrongUse, "series \(uid) is no reviewed case of profile \(profile.id)")
                }
                guard reviewed.role != .test else {
                    throw CommandFailure(.wrongUse, "series \(uid) is of a patient who judges: it can be no atlas")
                }
                return reviewed
            }
        }
        var ranked: [(rank: CaseRank, reviewed: Evaluation.ReviewedCase)] = []
        for reviewed in manifest.cases where reviewed.role != .test {
            let loaded = try LoadedCase(reviewed, root: run.path, profile: profile)
            if let rank = CaseRank(loaded) { ranked.append((rank, reviewed)) }
        }
        var patients: Set<String> = []
        let best = ranked.sorted { $0.rank > $1.rank }.filter { patients.insert($0.reviewed.patient).inserted }
        guard best.count >= wishes.count else {
            throw CommandFailure(
                .findings,
                "\(wishes.count) atlases are wanted, and \(best.count) patients that do not judge have evenly spaced slices and "
                    + "structures of the profile"
            )
        }
        return best.prefix(wishes.count).map(\.reviewed)
    }

    private func judge(
        _ manifest: CaseManifest,
        _ incumbent: [LoadedAtlas],
        _ candidate: [LoadedAtlas],
        _ package: ModelPackage,
        _ run: Run
    ) throws -> PromotionDecision {
        let model = try ModelLoader.load(package).remembering(
            try package.load(),
            in: run.evaluation.appending("embeddings")
        )
        let before = try evaluation(of: incumbent, "incumbent", model, manifest, run)
        let after = try evaluation(of: candidate, "candidate", model, manifest, run)
        var rules = GateRules()
        rules.seed = wishes.seed
        for segment in profile.segments {
            rules.segmentAllowances["\(profile.id)/\(segment.id)"] = segment.learning.maximumDiceLoss
        }
        let decision = PromotionGate(rules, subject: .atlases).decide(
            GateEvidence(atlases: manifest, incumbent: before, candidate: after)
        )
        var story = Evaluation.TrainingRun(id: run.id, scope: "atlas", parents: [], seeds: ["split": wishes.seed])
        story.notes = ["both sets of atlases prompt the network \(package.manifest.name), which is the same for both"]
        let report = TrainingReport(
            run: story,
            manifest: manifest,
            incumbent: before,
            candidate: after,
            decision: decision,
            created: Date()
        )
        try AtomicFile.write(try report.jsonBytes(), to: run.path.appending("report.json"), subject: "report.json")
        try AtomicFile.write(Array(report.html.utf8), to: run.report, subject: "report.html")
        return decision
    }

    private func evaluation(
        of atlases: [LoadedAtlas],
        _ folder: String,
        _ model: LoadedModel,
        _ manifest: CaseManifest,
        _ run: Run
    ) throws -> ModelEvaluation {
        let evaluator = CaseEvaluator(
            manifest: manifest,
            root: run.path,
            folder: run.evaluation.appending(folder),
            program: ProgramVersion.identity
        ) { [profile] _ in CaseEvaluator.Prior(profile: profile, atlases: atlases) }
        let bar = ProgressBar("judging cases, \(folder)", quiet: isQuiet)
        defer { bar.finish() }
        let evaluation = try evaluator.evaluate(model, role: .test) { progress in
            bar.update(done: progress.casesDone, of: progress.cases)
            return true
        }
        let digests = atlases.map(\.digest.hex).joined(separator: "\n")
        return evaluation.ofAtlases(
            atlases.isEmpty ? "no atlas" : atlases.map(\.name).joined(separator: " + "),
            digest: SHA256Digest(of: Array(digests.utf8))
        )
    }

    /// Copies a package of the run to where profiles look for it; nothing names it there until it is promoted.
    private func install(_ atlas: LoadedAtlas, of run: Run) throws {
        var builder = AtlasBuilder(
            name: atlas.name,
            modality: atlas.atlas.description.modality,
            provenance: atlas.atlas.description.provenance,
            licence: atlas.atlas.description.licence,
            labels: atlas.atlas.description.labels
        )
        builder.reviewedCase = atlas.atlas.description.reviewedCase
        try builder.build(
            intensities: atlas.atlas.intensities,
            labels: atlas.atlas.labels,
            into: store.folder(named: atlas.name).parent
        )
    }

    private func write(_ record: AtlasRunRecord, in run: Run) throws {
        let encoder = JSONEncoder()
        encoder.dateEncodingStrategy = .iso8601
        encoder.outputFormatting = [.prettyPrinted, .sortedKeys, .withoutEscapingSlashes]
        let bytes = Array(try encoder.encode(record)) + [UInt8(ascii: "\n")]
        try AtomicFile.write(bytes, to: run.path.appending(AtlasRunRecord.fileName), subject: AtlasRunRecord.fileName)
    }

    /// Removes images and what was computed; the list of cases with its digests, the report and the record stay.
    private func removeWork(of run: Run) {
        for useless in [run.path.appending("cases"), run.atlases, run.evaluation] {
            try? FileManager.default.removeItem(atPath: useless.displayName)
        }
    }
}

/// How good an atlas a case would make: structures first, then the length of the body, then whether a person drew.
private struct CaseRank: Comparable {
    private let structures: Int
    private let millimetres: Double
    private let isCorrected: Bool
    private let id: String

    /// `nil` for a case that can be no atlas.
    init?(_ loaded: LoadedCase) {
        structures = loaded.structures.count { $0.segment.atlasLabel != nil && !$0.mask.isEmpty }
        guard structures > 0, loaded.volume.count > 1, loaded.volume.affine != nil else { return nil }
        millimetres = Double(loaded.volume.count) * (loaded.volume.sliceExtent ?? 0)
        isCorrected = loaded.reviewed.verdict == .corrected
        id = loaded.reviewed.id
    }

    static func < (first: CaseRank, second: CaseRank) -> Bool {
        (first.structures, first.millimetres, first.isCorrected ? 1 : 0, first.id)
            < (second.structures, second.millimetres, second.isCorrected ? 1 : 0, second.id)
    }
}

extension LoadedAtlas {
    fileprivate var name: String { atlas.description.name }
    fileprivate var member: AtlasPromotions.Member { .init(name: name, sha256: digest) }
}
