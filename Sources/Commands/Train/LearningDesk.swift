import Checkpoints
import DurableFiles
import Evaluation
import Foundation
import Ledger
import Profiles
import Training

/// Everything about learning that a person sees and does away from the command line, by the same code as the commands.
///
/// Reading asks the ledger, the model store and the folder of runs each time; nothing is kept. Failures are
/// ``CommandFailure``, whose messages are for people.
struct LearningDesk: Sendable {
    let site: SiteConfiguration
    let models: ModelStore
    let ledger: any LedgerQueries
    /// What begins runs: see ``TrainingSupervisor``.
    let requests: TrainingRequests

    private var folder: TrainingFolder { TrainingFolder(path: site.training.folder) }

    // MARK: - Reading

    /// How learning stands.
    func overview() async throws -> LearningOverview {
        let runs = try folder.runs().filter { try folder.exists($0.record) }.reversed().map { run in
            (run: run, record: try folder.record(of: run))
        }
        let isBusy = try folder.isBusy()
        let shown = try runs.map { try run($0.run, $0.record, isBusy: isBusy, isWhole: false) }
        let why = try await reasonNotToStart(runs.map(\.record), isBusy: isBusy)
        let began = runs.first?.record.created ?? .distantPast
        let reviews = try await ledger.reviewCounts(after: Timestamp(began))
        let waiting = try await ledger.correctionCounts(of: .correct)
        let settled = try await ledger.settledCorrectionCount()
        return LearningOverview(
            corrections: .init(
                waiting: (waiting[.received] ?? 0) + (waiting[.held] ?? 0),
                sinceLast: max(0, settled - (try TrainingAttempt.lastCount(in: folder))),
                threshold: site.training.afterCorrections
            ),
            reviews: .init(
                accepted: reviews[.accepted] ?? 0,
                corrected: reviews[.corrected] ?? 0,
                rejected: reviews[.rejected] ?? 0
            ),
            schedule: site.training.schedule?.description,
            canStart: why == nil,
            why: why,
            running: shown.first { $0.state == .running },
            runs: shown,
            channels: try channels(),
            models: try catalogue()
        )
    }

    /// A run with all its points and its report; nil where there is none of that id.
    func run(_ id: String) throws -> LearningRunDetail? {
        guard let run = try find(id) else { return nil }
        let record = try folder.record(of: run)
        var report: TrainingReport?
        if try folder.exists(run.reportData) {
            let bytes = try ReadOnlyFile(run.reportData, subject: "report.json").readAll(limit: 1 << 28)
            report = try? JSONDecoder().decode(TrainingReport.self, from: Data(bytes))
        }
        return LearningRunDetail(
            run: try self.run(run, record, isBusy: try folder.isBusy(), isWhole: true),
            report: report
        )
    }

    /// The page of a run's report; nil where there is none.
    func reportPage(_ id: String) throws -> [UInt8]? {
        guard let run = try find(id), try folder.exists(run.report) else { return nil }
        return try ReadOnlyFile(run.report, subject: "report.html").readAll(limit: 1 << 28)
    }

    // MARK: - Deeds

    /// Begins a run, or goes on with the one that was stopped.
    ///
    /// The service's supervisor begins it within moments; that it can is found out before this returns.
    func start(by actor: String) async throws {
        let records = try folder.runs().filter { try folder.exists($0.record) }.map { try folder.record(of: $0) }
        if let why = try await reasonNotToStart(records, isBusy: try folder.isBusy()) {
            throw CommandFailure(.findings, why)
        }
        if try folder.unfinished() == nil {
            let preparation = TrainingPreparation(
                site: site,
                models: models,
                profiles: try ProfileSet.load(site.profiles),
                settings: try TrainingSettings(of: site, by: actor)
            )
            try preparation.check(try await preparation.material(in: ledger))
        }
        requests.ask(by: actor)
    }

    /// Asks a run to save its state and end, or ends its shadow; the answer is for people.
    func stop(_ id: String) throws -> String {
        guard try find(id) != nil else { throw CommandFailure(.wrongUse, "there is no such training run") }
        return try TrainingStop(folder: folder).stop(id)
    }

    /// Uses a model from now on, by a person's decision.
    func promote(_ model: String, by actor: String, reason: String) throws {
        do {
            try models.promote(model, in: ModelChannels.production, by: actor, reason: reason)
        } catch {
            throw CommandFailure(describing: error)
        }
    }

    /// Goes back to the model before the last promotion.
    func rollBack(by actor: String, reason: String) throws {
        do {
            try models.rollBack(ModelChannels.production, by: actor, reason: reason)
        } catch {
            throw CommandFailure(describing: error)
        }
    }

    // MARK: - Parts

    private func find(_ id: String) throws -> TrainingFolder.Run? {
        try folder.runs().first { try $0.id == id && folder.exists($0.record) }
    }

    private func run(
        _ run: TrainingFolder.Run,
        _ record: TrainingRunRecord,
        isBusy: Bool,
        isWhole: Bool
    ) throws -> LearningRun {
        let state = try state(of: run, record, isBusy: isBusy)
        let curve = try isWhole || state == .running ? folder.curve(of: run) : folder.shortCurve(of: run)
        return LearningRun(record, state: state, curve: curve)
    }

    private func state(
        of run: TrainingFolder.Run,
        _ record: TrainingRunRecord,
        isBusy: Bool
    ) throws -> LearningRun.State {
        switch record.phase {
        case .shadowing: return .shadowing
        case .prepared, .trained:
            // One process trains at a time, and goes on with the latest run that has not ended.
            return try isBusy && folder.unfinished()?.run.id == run.id ? .running : .stopped
        case .decided: break
        }
        if record.failure == true { return .failed }
        switch record.outcome {
        case .promoted: return .promoted
        case .waits: return .waiting
        case .kept, nil: return record.candidate == nil ? .kept : .refused
        }
    }

    /// Why no run may be begun now; nil where one may. What only the cases themselves show is found when one is begun.
    private func reasonNotToStart(_ records: [TrainingRunRecord], isBusy: Bool) async throws -> String? {
        if isBusy || requests.isWaiting { return "a training is under way" }
        if records.contains(where: { $0.phase == .shadowing }) {
            return "a candidate annotates beside the model in use; no other run begins before its end"
        }
        if records.contains(where: { $0.phase == .prepared || $0.phase == .trained }) { return nil }
        let jobs = try await ledger.jobCounts()
        let reviewed = (jobs[.accepted] ?? 0) + (jobs[.corrected] ?? 0)
        guard reviewed >= site.training.minimumCases else {
            return "there are \(reviewed) reviewed series; the site asks for \(site.training.minimumCases)"
        }
        return nil
    }

    private func channels() throws -> LearningOverview.Channels {
        let channels: ModelChannels
        do {
            channels = try models.channels()
        } catch {
            throw CommandFailure(describing: error)
        }
        let name = ModelChannels.production
        let package = try? ModelLoader.package(for: .siteDefault, default: site.defaultModel, in: models)
        let promotion = channels.current(name)
        let production = package.map { package in
            LearningOverview.Production(
                name: package.manifest.name,
                sha256: package.manifest.weights.sha256.hex,
                since: (promotion?.instant ?? package.manifest.imported).formatted(.iso8601),
                by: promotion?.actor ?? "site file"
            )
        }
        let fallback = site.defaultModel ?? "default"
        let history = try channels.history.filter { $0.channel == name }.reversed().map { change in
            let model = change.to ?? fallback
            return LearningOverview.Switch(
                model: model,
                since: change.instant.formatted(.iso8601),
                by: change.actor,
                report: try report(of: model)
            )
        }
        return .init(production: production, history: history)
    }

    /// Where the report lies of the run that made a model.
    private func report(of model: String) throws -> String? {
        guard let training = try? models.package(named: model).manifest.training, let run = try find(training.run),
            try folder.exists(run.report)
        else { return nil }
        return "/api/learning/runs/\(run.id)/report"
    }

    private func catalogue() throws -> [LearningOverview.Model] {
        try models.list().packages.map(\.manifest).map { manifest in
            LearningOverview.Model(
                name: manifest.name,
                architecture: manifest.architecture.rawValue,
                sha256: manifest.weights.sha256.hex,
                created: manifest.imported.formatted(.iso8601),
                origin: manifest.training?.run ?? manifest.origin.name
            )
        }
    }
}

extension Timestamp {
    init(_ date: Date) { self.init(milliseconds: Int64(max(0, date.timeIntervalSince1970 * 1_000))) }
}
