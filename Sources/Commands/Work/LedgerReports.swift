import DurableFiles
import Glibc
import Ledger
import LedgerSQLite
import Profiles

/// Opens a site's ledger for reports, beside a service that may be running.
enum LedgerReports {
    /// The ledger, or a failure that says that nothing has been served yet.
    static func open(_ site: SiteConfiguration) throws -> SQLiteLedgerReader {
        let path = site.ledger.displayName
        guard access(path, F_OK) == 0 else {
            throw CommandFailure(.environment, "there is no ledger at \(path) yet: start the site with 'preread serve'")
        }
        do {
            return try SQLiteLedgerReader(at: path)
        } catch {
            throw CommandFailure(.environment, error.description)
        }
    }
}
