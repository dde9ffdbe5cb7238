import Checkpoints
import DurableFiles
import Glibc
import Ledger
import LedgerSQLite
import Logging
import Profiles
import ReviewWeb
import ServiceLifecycle

/// What the review page is made of at a site.
struct SiteWeb {
    let site: SiteConfiguration
    let web: SiteConfiguration.Web
    let models: ModelStore
    let ledger: SQLiteLedger
    let resources: SiteResources
    let execution: DeedExecution
    let learning: LearningDesk
    let logger: Logger

    /// The page and what keeps it, in the order in which they are started.
    func services() throws -> [any Service] {
        // Readers beside the owner neither wait for its writes nor hold them up.
        let reader = try LedgerReports.open(site)
        let anchors = AuditAnchors(ledger: ledger, logger: logger)
        let keeper = WorklistKeeper(
            reader: reader,
            ledger: ledger,
            store: site.folders.store,
            results: site.folders.annotated,
            logger: logger
        )
        return [anchors, keeper, try page(reader, anchors)]
    }

    private func page(_ reader: SQLiteLedgerReader, _ anchors: AuditAnchors) throws -> ReviewService {
        let settings = try ReviewSettings(web)
        let audit = AuditTrail(
            web.audit,
            study: { try await reader.job($0)?.study },
            anchor: { anchors.note($0, $1) },
            logger: logger
        )
        Self.raiseFileLimit(to: 2 * web.connections + 1_024)
        do {
            return try ReviewService(
                settings,
                access: ReviewAccess(settings, users: try users(), audit: audit),
                events: EventHub(
                    ledger: reader,
                    pulses: [TrainingPulse(TrainingFolder(path: site.training.folder))],
                    logger: logger
                ),
                areas: areas(reader, audit),
                logger: logger
            )
        } catch let error as ReviewSettingsError {
            throw CommandFailure(.environment, error.description)
        }
    }

    private func users() throws -> UserDirectory {
        do {
            let users = try UserDirectory(UserFile(web.users))
            if try users.isEmpty {
                logger.warning("nobody can log in to the review page: add somebody with 'preread users add'")
            }
            return users
        } catch let error as UserFileError {
            throw CommandFailure(.environment, "\(web.users.displayName): \(error.description)")
        }
    }

    // MARK: - Areas

    private func areas(_ reader: SQLiteLedgerReader, _ audit: AuditTrail) -> [any ReviewRoutes] {
        let imaging = SiteImaging(site, ledger: reader, resources: resources)
        let catalogue = SiteCatalogue(
            profiles: resources.catalogue,
            isInstalled: { [resources] in resources.isInstalled($0) },
            models: models,
            reader: reader,
            store: site.folders.store
        ) { [resources] in try resources.package(for: $0) }
        let deeds = SiteDeeds(execution: execution)
        let own: [any ReviewRoutes] = [
            WorklistRoutes(ledger: reader, catalogue: catalogue, audit: audit),
            JobRoutes(imaging.volumes, masks: imaging.masks, catalogue: catalogue),
            DecisionRoutes(ledger: reader, deeds: deeds, audit: audit),
            QuarantineRoutes(ledger: reader, deeds: deeds, audit: audit),
            SystemRoutes(facts, ledger: reader, catalogue: catalogue),
            AuditRoutes(web.audit),
            LearningRoutes(SiteLearning(desk: learning), audit: audit),
        ]
        return own + imaging.areas(intake: execution.intake, audit: audit)
    }

    private var facts: SystemFacts {
        SystemFacts(
            version: ProgramVersion.number,
            folders: [
                ("incoming", site.folders.incoming), ("store", site.folders.store),
                ("annotated", site.folders.annotated), ("ledger", site.ledger.parent),
            ]
        )
    }

    /// Each connection is a descriptor, and many systems hand out 1,024. See: 'man 2 setrlimit', RLIMIT_NOFILE.
    private static func raiseFileLimit(to wanted: Int) {
        var limit = rlimit()
        guard getrlimit(__rlimit_resource_t(RLIMIT_NOFILE.rawValue), &limit) == 0, limit.rlim_cur < rlim_t(wanted)
        else { return }
        limit.rlim_cur = min(limit.rlim_max, rlim_t(wanted))
        _ = setrlimit(__rlimit_resource_t(RLIMIT_NOFILE.rawValue), &limit)
    }
}
