import DurableFiles
import Ledger
import LedgerSQLite
import Profiles

/// Opens a site's ledger to own it.
enum OwnedLedger {
    /// The ledger of a site, or a failure that names its file.
    static func open(_ site: SiteConfiguration, whenLocked message: String) throws -> SQLiteLedger {
        do {
            return try SQLiteLedger(at: site.ledger.displayName)
        } catch {
            let words = error.code == .locked ? message : error.description
            throw CommandFailure(.environment, "\(site.ledger.displayName): \(words)")
        }
    }
}
