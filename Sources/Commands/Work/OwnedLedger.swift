import DurableFiles
import Foundation
import Ledger
import LedgerSQLite
import Profiles

/// Opens a site's ledger for a person's decision, while no service owns it.
enum OwnedLedger {
    /// Calls the body with the ledger and the name under which the event is recorded, and closes the ledger.
    static func change(
        _ site: SiteConfiguration,
        _ body: (SQLiteLedger, _ actor: String) async throws -> Void
    ) async throws {
        try LedgerReports.checkPresence(site)
        let ledger = try open(
            site,
            whenLocked: "the running service owns the ledger: stop it first (systemctl stop preread), then try again"
        )
        try await body(ledger, ProcessInfo.processInfo.userName)
        try ledger.close()
    }

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
