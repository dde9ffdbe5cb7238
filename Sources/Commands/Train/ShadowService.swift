import Checkpoints
import Dispatch
import DurableFiles
import Evaluation
import Ledger
import Logging
import Pipeline
import Profiles
import ServiceLifecycle

/// Has a candidate that passed the gate annotate live series unseen, beside the model in use.
///
/// It works while no job waits or runs, and pauses between slices when one comes. What it draws is compared and removed;
/// nothing of it reaches the results or the ledger. Killed at any moment it begins the series again.
actor ShadowService: Service {
    /// What it works with.
    struct Surroundings: Sendable {
        let site: SiteConfiguration
        let models: ModelStore
        let ledger: any LedgerQueries
        let resources: any JobResources
        let logger: Logger
        /// Loads a run's candidate.
        var load: @Sendable (TrainingRunRecord.Model, ModelStore) throws -> LoadedModel = ShadowService.load(_:from:)
    }

    private let surroundings: Surroundings
    /// The candidate at work, so that it is not loaded for each series.
    private var loaded: LoadedModel?
    /// Attempts that failed for what may pass, since the start.
    private var failures: [JobID: Int] = [:]

    private static let interval = Duration.seconds(10)
    private static let patience = Duration.seconds(300)
    private static let attempts = 3
    private static let queue = DispatchQueue(label: "preread.shadow", qos: .background)

    init(_ surroundings: Surroundings) {
        self.surroundings = surroundings
    }

    private var site: SiteConfiguration { surroundings.site }
    private var logger: Logger { surroundings.logger }
    private var folder: TrainingFolder { TrainingFolder(path: site.training.folder) }
    private var conclusion: ShadowConclusion { ShadowConclusion(site: site, models: surroundings.models) }

    /// Works until graceful shutdown.
    func run() async throws {
        await cancelWhenGracefulShutdown {
            while !Task.isCancelled {
                let round = await self.round()
                if round == .worked { continue }
                try? await Task.sleep(for: round == .failed ? Self.patience : Self.interval)
            }
        }
    }

    /// What a round has done.
    enum Round: Sendable {
        /// A series, or the end of a shadow.
        case worked
        /// There is nothing to do now.
        case nothing
        /// Something went wrong that may pass.
        case failed
    }

    /// Shadows the next series, or ends the shadow that is complete.
    func round() async -> Round {
        do {
            return try await work() ? .worked : .nothing
        } catch {
            logger.error("shadowing cannot go on now", metadata: ["error": "\(error)"])
            return .failed
        }
    }

    private func work() async throws -> Bool {
        guard let (run, record) = try folder.shadowing() else {
            (loaded, failures) = (nil, [:])
            return false
        }
        let lines = try folder.shadowLines(of: run)
        guard try !conclusion.isDue(record, lines) else { return try conclude(run) }
        guard try await Self.isIdle(surroundings.ledger) else { return false }
        let queue = ShadowQueue(
            record: record,
            jobs: try await surroundings.ledger.jobs(JobFilter(states: ShadowQueue.published)),
            lines: lines,
            known: Set(try CaseManifest.read(run.cases).cases.map(\.seriesInstanceUID))
        )
        let tired = Set(failures.filter { $0.value >= Self.attempts }.keys)
        guard let job = queue.next(except: tired), let candidate = record.candidate else { return false }
        do {
            let model = try await model(candidate)
            logger.info("shadowing", metadata: ["job": "\(job.id.rawValue)"])
            let line = try await annotate(job, number: queue.number(of: job), run, record, model)
            // A person may have ended the shadow meanwhile.
            guard try folder.shadowing()?.run.id == run.id else { return false }
            try AtomicFile.write(
                try ShadowedSeries.jsonLines(lines + [line]),
                to: run.shadowLines,
                subject: "shadow.jsonl"
            )
            logger.info("shadowed", metadata: ["job": "\(job.id.rawValue)", "status": "\(line.status.rawValue)"])
            return true
        } catch AnnotationError.cancelled {
            return false
        } catch {
            failures[job.id, default: 0] += 1
            throw error
        }
    }

    private func conclude(_ run: TrainingFolder.Run) throws -> Bool {
        guard let record = try conclusion.conclude(run) else { return false }
        logger.notice(
            "shadowing ended",
            metadata: ["run": "\(run.id)", "outcome": "\(record.outcome?.rawValue ?? "")"]
        )
        return true
    }

    // MARK: - One series

    private func annotate(
        _ job: Job,
        number: Int,
        _ run: TrainingFolder.Run,
        _ record: TrainingRunRecord,
        _ model: LoadedModel
    ) async throws -> ShadowedSeries {
        let annotation = ShadowAnnotation(
            job: job,
            number: number,
            instances: try await surroundings.ledger.instances(of: job.id),
            store: site.folders.store,
            results: site.folders.annotated,
            work: run.shadowWork,
            incumbent: record.incumbent.sha256,
            resources: surroundings.resources,
            candidate: model
        )
        let pause = ShadowPause()
        let watch = Task { [ledger = surroundings.ledger, folder] in
            while !Task.isCancelled {
                // A ledger that cannot be asked is no reason to hold the work for ever.
                pause.hold((try? await Self.isIdle(ledger)) == false)
                if (try? folder.record(of: run).phase) != .shadowing { pause.stop() }
                try? await Task.sleep(for: .seconds(1))
            }
        }
        defer { watch.cancel() }
        return try await withTaskCancellationHandler {
            await Self.onThread { Result { try annotation.run { pause.passes() } } }
        } onCancel: {
            pause.stop()
        }.get()
    }

    private func model(_ candidate: TrainingRunRecord.Model) async throws -> LoadedModel {
        if let loaded, loaded.digest == candidate.sha256 { return loaded }
        let (load, models) = (surroundings.load, surroundings.models)
        let model = try await Self.onThread { Result { try load(candidate, models) } }.get()
        loaded = model
        return model
    }

    private static func load(_ candidate: TrainingRunRecord.Model, from models: ModelStore) throws -> LoadedModel {
        let package = try ModelLoader.package(named: candidate.name, in: models)
        guard package.manifest.weights.sha256 == candidate.sha256 else {
            throw CommandFailure(.findings, "model \(candidate.name) has other weights than when it passed the gate")
        }
        return try ModelLoader.load(package)
    }

    /// Whether no job waits or runs.
    private static func isIdle(_ ledger: any LedgerQueries) async throws -> Bool {
        let counts = try await ledger.jobCounts()
        return (counts[.queued] ?? 0) + (counts[.running] ?? 0) == 0
    }

    /// Minutes of computing would block the threads that all tasks share.
    private static func onThread<Value: Sendable>(_ body: @escaping @Sendable () -> Value) async -> Value {
        await withCheckedContinuation { continuation in
            queue.async { continuation.resume(returning: body()) }
        }
    }
}
