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
    let ledger: SQLiteLedger
    let execution: DeedExecution
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
        let directory: UserDirectory
        do {
            directory = try UserDirectory(UserFile(web.users))
            if try directory.isEmpty {
                logger.warning("nobody can log in to the review page: add somebody with 'preread users add'")
            }
        } catch let error as UserFileError {
            throw CommandFailure(.environment, "\(web.users.displayName): \(error.description)")
        }
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
                access: ReviewAccess(settings, users: directory, audit: audit),
                events: EventHub(ledger: reader, logger: logger),
                areas: [],
                logger: logger
            )
        } catch let error as ReviewSettingsError {
            throw CommandFailure(.environment, error.description)
        }
    }

    /// Each connection is a descriptor, and many systems hand out 1,024. See: 'man 2 setrlimit', RLIMIT_NOFILE.
    private static func raiseFileLimit(to wanted: Int) {
        var limit = rlimit()
        guard getrlimit(__rlimit_resource_t(RLIMIT_NOFILE.rawValue), &limit) == 0, limit.rlim_cur < rlim_t(wanted)
        else {
            return
        }
        limit.rlim_cur = min(limit.rlim_max, rlim_t(wanted))
        _ = setrlimit(__rlimit_resource_t(RLIMIT_NOFILE.rawValue), &limit)
    }
}
