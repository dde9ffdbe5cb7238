import Checkpoints
import Corrections
import DurableFiles
import Evaluation
import Foundation
import Glibc
import Ledger
import Profiles
import SegmentAnything
import Training

/// Begins a run: looks at what was reviewed, freezes it, and writes down what will be done.
struct TrainingPreparation {
    let site: SiteConfiguration
    let models: ModelStore
    let profiles: ProfileSet
    let settings: TrainingSettings

    private var folder: TrainingFolder { TrainingFolder(path: site.training.folder) }

    /// What there is to learn from.
    struct Material {
        /// The model that would be fine-tuned.
        let incumbent: ModelPackage
        let cases: [Corrections.ReviewedCase]
        /// Reviewed jobs that are left out, and why.
        let left: [String]
        /// Corrections that count, in the whole ledger.
        let corrections: Int

        var patients: Int { patientKeys.count }
        var patientKeys: Set<String> { Set(cases.map(\.patientKey.hex)) }
    }

    /// Reads the site's ledger, beside a service that may be running.
    func material() async throws -> Material { try await material(in: try LedgerReports.open(site)) }

    /// Reads what was reviewed.
    func material(in ledger: any LedgerQueries) async throws -> Material {
        let reviewed = try await ReviewedCases(of: site, in: ledger)
        let incumbent = try incumbent()
        var left = reviewed.ineligible.map(\.message)
        let eligible = reviewed.eligible.filter { settings.profile == nil || $0.profile.id == settings.profile }
        let wanted = eligible.filter { usesChannel($0, incumbent) }
        for other in eligible where !usesChannel(other, incumbent) {
            left.append("job \(other.job.rawValue): its profile does not use the channel \(settings.channel)")
        }
        let newest = wanted.newestOfEachSeries
        left += newest.left
        return Material(
            incumbent: incumbent,
            cases: newest.cases,
            left: left,
            corrections: try await ledger.settledCorrectionCount()
        )
    }

    /// Whether what is promoted in the run's channel is what the case's profile uses.
    private func usesChannel(_ reviewed: Corrections.ReviewedCase, _ incumbent: ModelPackage) -> Bool {
        // A profile that is gone says nothing; freezing leaves the case out by its own reason.
        guard let model = profiles.profile(id: reviewed.profile.id)?.model else { return true }
        guard model.sha256 == nil || model.sha256 == incumbent.manifest.weights.sha256 else { return false }
        switch model.choice {
        case .siteDefault: return settings.channel == ModelChannels.production
        case .channel(let name): return settings.channel == name
        case .name: return false
        }
    }

    /// Refuses to begin with too little.
    func check(_ material: Material) throws {
        let (cases, patients) = (material.cases.count, material.patients)
        let needed = site.training
        guard cases >= needed.minimumCases, patients >= needed.minimumPatients else {
            throw CommandFailure(
                .findings,
                "there are \(cases) reviewed series of \(patients) patients; the site asks for "
                    + "\(needed.minimumCases) of \(needed.minimumPatients) (minimumCases, minimumPatients in the site file)"
            )
        }
    }

    /// The model that is fine-tuned: what the channel stands for now.
    func incumbent() throws -> ModelPackage {
        let choice: ProfileModel.Choice =
            settings.channel == ModelChannels.production ? .siteDefault : .channel(settings.channel)
        return try ModelLoader.package(for: choice, default: site.defaultModel, in: models)
    }

    /// Freezes the cases and writes the run's record; after that a run of that name exists and can be resumed.
    ///
    /// The lock on judges is written before the record: a run that is killed in between locks patients for nothing, and
    /// never the other way round.
    func prepare(_ material: Material) throws -> (run: TrainingFolder.Run, record: TrainingRunRecord, left: [String]) {
        try AtomicFile.createFolder(folder.path)
        try removeLeftovers()
        let instant = Date()
        let stamp = instant.formatted(.iso8601.dateSeparator(.omitted).timeSeparator(.omitted)).lowercased()
        let run = TrainingFolder.Run(path: folder.path.appending("run-\(stamp)"))
        guard try !folder.exists(run.path) else {
            throw CommandFailure(.environment, "\(run.id) exists already: is the clock right?")
        }
        try AtomicFile.createFolder(run.path)
        let history = TrainingHistory(folder: folder)
        let freezer = CaseFreezer(profiles: profiles, rules: SplitRules(), seed: settings.seed, folder: run.path)
        let frozen = try freezer.freeze(material.cases, history: try history.read(for: material.incumbent, in: models))
        guard !frozen.manifest.cases(of: .test).isEmpty, !frozen.manifest.cases(of: .train).isEmpty else {
            throw CommandFailure(
                .findings,
                "the cases leave nobody to learn from, or nobody to judge: review more patients"
            )
        }
        let boxes = boxes(of: frozen.manifest, in: run)
        // Before the list of cases: a list without a history means that the history was lost.
        try history.lock(frozen.manifest)
        try AtomicFile.write(try frozen.manifest.jsonBytes(), to: run.cases, subject: "cases.json")
        let incumbent = material.incumbent
        let record = TrainingRunRecord(
            id: run.id,
            created: instant,
            actor: settings.actor,
            channel: settings.channel,
            incumbent: .init(name: incumbent.manifest.name, sha256: incumbent.manifest.weights.sha256),
            scope: settings.scope.rawValue,
            precision: settings.precision.rawValue,
            seed: settings.seed,
            steps: settings.steps ?? Self.steps(for: frozen.manifest),
            minutes: settings.minutes,
            memoryMB: settings.memoryMB,
            promotes: settings.promotes,
            validation: frozen.validationKind.rawValue,
            casesSHA256: frozen.manifest.digest,
            corrections: material.corrections,
            boxes: boxes,
            phase: .prepared,
            reasons: [],
            profile: settings.profile
        )
        try folder.write(record, for: run)
        return (run, record, frozen.left + material.left)
    }

    /// How automatic boxes missed in the frozen cases that are learnt from.
    private func boxes(of manifest: CaseManifest, in run: TrainingFolder.Run) -> JitterBasis {
        let survey = try? BoxErrorSurvey(manifest, root: run.path) { reviewed in
            guard let profile = profiles.profile(id: reviewed.profile.id) else {
                throw CommandFailure(.findings, "there is no profile \(reviewed.profile.id) any more")
            }
            return profile
        }
        // A case that cannot be read ends the run itself, which says so in its record.
        return survey?.basis() ?? .documented
    }

    /// About three times over the slices that are used of each series. Early stopping ends a run that gains nothing before.
    private static func steps(for manifest: CaseManifest) -> Int {
        let learners = manifest.cases(of: .train).count + manifest.cases(of: .replay).count
        return min(2_000, max(100, 96 * learners))
    }

    /// Folders of runs that were killed before they had a record, whose files are links or copies of what is in the store;
    /// and what ended runs were killed before they removed.
    private func removeLeftovers() throws {
        for run in try folder.runs() where try folder.exists(run.record) {
            guard try folder.record(of: run).phase == .decided else { continue }
            for useless in [run.state, run.evaluation.appending("embeddings")] where try folder.exists(useless) {
                try FileManager.default.removeItem(atPath: useless.displayName)
            }
        }
        for run in try folder.runs() where try run.id.hasPrefix("run-") && !folder.exists(run.record) {
            try FileManager.default.removeItem(atPath: run.path.displayName)
        }
    }
}
