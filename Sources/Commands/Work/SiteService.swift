import Checkpoints
import Corrections
import DurableFiles
import Foundation
import Ingest
import Ledger
import LedgerSQLite
import Logging
import Pipeline
import Profiles
import ServiceLifecycle
import Tensors
import UnixSignals

/// Everything that `serve` runs for a site, put together.
struct SiteService {
    let site: SiteConfiguration
    let ledger: SQLiteLedger
    let ingestor: Ingestor
    let corrections: CorrectionIntake
    let requests: RequestService
    let workers: [AnnotationWorker]
    let shadow: ShadowService
    /// Takes changed profiles into use.
    let profiles: ProfileReloadService
    /// The review page and what keeps it; empty where the site has none.
    let web: [any Service]
    /// By which people begin trainings while the service runs.
    let trainingRequests = TrainingRequests()
    let logger: Logger
    /// By which a training finds the same site and models.
    private let trainingArguments: [String]

    /// Opens the ledger, gives up leases of a process that is gone, removes what it left half written, and makes sure
    /// that profiles, atlases and models are there.
    init(_ site: SiteConfiguration, file: RawPath, models: ModelStore) async throws {
        self.site = site
        trainingArguments = ["--site", file.displayName, "--models", models.folder.displayName]
        var logger = Logger(label: "preread") { label in StreamLogHandler.standardError(label: label) }
        logger.logLevel = Logger.Level(rawValue: site.logLevel.rawValue) ?? .info
        self.logger = logger
        try Self.createFolders(of: site)
        // Before the models are read, which takes a while.
        ledger = try OwnedLedger.open(site, whenLocked: "another service owns the ledger; only one may run for a site")
        if let threads = site.workers.threads { ComputeThreads.use(threads) }
        let resources = try SiteResources(
            profiles: site.profiles,
            models: models,
            defaultModel: site.defaultModel,
            precision: site.precision
        )
        let recovered = try await ledger.recover(.all)
        if !recovered.isEmpty {
            logger.notice("jobs of a process that is gone wait again", metadata: ["count": "\(recovered.count)"])
        }
        // A profile or a model may have come since they were looked at.
        for series in try await ledger.series(in: [.unmatched]) { try await ledger.reopen(series.uid, by: "serve") }
        ingestor = try Self.ingestor(site, ledger: ledger, resources: resources, logger: logger)
        corrections = try CorrectionSet(site).intake(ledger, logger: logger)
        requests = RequestService(
            spool: RequestSpool(store: site.folders.store),
            execution: DeedExecution(ledger: ledger, intake: corrections),
            interval: min(.seconds(site.ingest.pollSeconds), .seconds(1)),
            logger: logger
        )
        shadow = ShadowService(
            .init(site: site, models: models, ledger: ledger, resources: resources, logger: logger)
        )
        web = try Self.web(
            site,
            ledger: ledger,
            models: (resources, models),
            requests: (requests.execution, trainingRequests),
            logger: logger
        )
        profiles = ProfileReloadService(
            catalogue: resources.catalogue,
            ledger: ledger,
            stateFile: ProfileStateFile.path(site),
            interval: .seconds(site.ingest.pollSeconds),
            logger: logger
        )
        for profile in resources.profiles.profiles {
            for atlas in profile.atlases where !resources.isInstalled(atlas) {
                logger.warning(
                    "an atlas is not installed: series of its profile wait for a person's prompts",
                    metadata: ["profile": "\(profile.id)", "atlas": "\(atlas)"]
                )
            }
        }
        workers = (0..<site.workers.count).map { [ledger] index in
            AnnotationWorker(
                queue: ledger,
                resources: resources,
                configuration: .init(
                    id: WorkerID("worker-\(index + 1)"),
                    store: site.folders.store,
                    output: site.folders.annotated,
                    program: ProgramVersion.identity
                ),
                logger: logger
            )
        }
    }

    /// Runs until SIGTERM or SIGINT.
    func run() async throws {
        let training = TrainingSupervisor(
            site: site,
            arguments: trainingArguments,
            corrections: { [ledger] in try await ledger.settledCorrectionCount() },
            logger: logger,
            requests: trainingRequests
        )
        let services: [any Service] =
            [IngestService(ingestor), CorrectionService(corrections), requests, training, shadow, profiles] + workers
            + web
        let group = ServiceGroup(
            services: services,
            gracefulShutdownSignals: [.sigterm, .sigint],
            logger: logger
        )
        logger.notice("serving", metadata: ["workers": "\(workers.count)"])
        try await group.run()
        try ledger.close()
    }

    /// Works until every file is judged, every series is planned, every job has ended, and what there is to shadow is
    /// shadowed; then returns.
    func drain() async throws {
        let poll = Duration.seconds(site.ingest.pollSeconds)
        while true {
            _ = try await ingestor.round()
            if let worker = workers.first {
                while try await worker.workOnce() {}
            }
            let round = try await corrections.round()
            await requests.round()
            if try await isIdle(), round.received == 0 {
                if await shadow.round() == .worked { continue }
                break
            }
            try await Task.sleep(for: poll)
        }
        try ledger.close()
    }

    /// Files that are named like copies in progress, or that may not be read, have no end that could be waited for.
    private func isIdle() async throws -> Bool {
        let pending = try await ledger.files(FileFilter(states: [.pending], currentOnly: true))
        let settling = pending.contains { file in
            file.outcome.reason == nil && !DeliveryName.isInProgress(RawPath(bytes: file.path.bytes))
        }
        let counts = try await ledger.jobCounts()
        let open = (counts[.queued] ?? 0) + (counts[.running] ?? 0)
        let receiving = try await ledger.receivingSeries()
        return !settling && receiving.isEmpty && (open == 0 || workers.isEmpty)
    }

    /// The review page and what keeps it, where the site has one.
    private static func web(
        _ site: SiteConfiguration,
        ledger: SQLiteLedger,
        models: (resources: SiteResources, store: ModelStore),
        requests: (deeds: DeedExecution, training: TrainingRequests),
        logger: Logger
    ) throws -> [any Service] {
        guard let web = site.web else { return [] }
        return try SiteWeb(
            site: site,
            web: web,
            models: models.store,
            ledger: ledger,
            resources: models.resources,
            execution: requests.deeds,
            learning: LearningDesk(site: site, models: models.store, ledger: ledger, requests: requests.training),
            logger: logger
        ).services()
    }

    private static func createFolders(of site: SiteConfiguration) throws {
        let folders = site.folders
        for folder in [
            folders.incoming, folders.annotated, folders.corrected, folders.rejected, folders.store, site.ledger.parent,
            RequestSpool(store: folders.store).folder,
        ] {
            do {
                try AtomicFile.createFolder(folder)
            } catch {
                throw CommandFailure(.environment, "\(folder.displayName): \(error.description)")
            }
        }
    }

    private static func ingestor(
        _ site: SiteConfiguration,
        ledger: SQLiteLedger,
        resources: SiteResources,
        logger: Logger
    ) throws -> Ingestor {
        var configuration = IngestConfiguration()
        configuration.settleTime = .seconds(site.ingest.settleSeconds)
        configuration.studyQuietTime = .seconds(site.ingest.studyQuietSeconds)
        configuration.pollInterval = .seconds(site.ingest.pollSeconds)
        configuration.deletesAfterIngest = site.ingest.deletesAfterIngest
        let surroundings = Ingestor.Surroundings(
            folder: DirectoryDropFolder(site.folders.incoming),
            store: site.folders.store,
            ledger: ledger,
            inspector: ChildProcessInspector(
                .init(executable: "/proc/self/exe", arguments: [InspectInstancesCommand.name])
            ),
            planner: ProfileSeriesPlanner(
                profiles: { resources.profiles },
                store: site.folders.store,
                study: { try await ledger.seriesInstances(of: $0) },
                model: { ContentDigest(hex: try resources.package(for: $0).manifest.weights.sha256.hex) }
            ),
            logger: logger,
            names: LogIdentity(salt: try LogIdentity.salt(in: site.folders.store))
        )
        return try Ingestor(surroundings, configuration: configuration)
    }
}
