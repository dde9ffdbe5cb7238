import DurableFiles
import Glibc
import Ledger
import LedgerSQLite
import Profiles

/// Opens a site's ledger for reports, beside a service that may be running.
enum LedgerReports {
    /// The ledger, or a failure that says that nothing has been served yet.
    static func open(_ site: SiteConfiguration) throws -> SQLiteLedgerReader {
        try checkPresence(site)
        do {
            return try SQLiteLedgerReader(at: site.ledger.displayName)
        } catch {
            throw CommandFailure(.environment, "\(site.ledger.displayName): \(error.description)")
        }
    }

    /// Makes sure that there is a ledger, so that asking for one does not make one.
    static func checkPresence(_ site: SiteConfiguration) throws {
        guard site.ledger.withCString({ access($0, F_OK) }) != 0 else { return }
        let path = site.ledger.displayName
        guard errno == ENOENT else {
            throw CommandFailure(.environment, "\(path): \(String(cString: strerror(errno)))")
        }
        throw CommandFailure(.environment, "there is no ledger at \(path) yet: start the site with 'preread serve'")
    }
}
