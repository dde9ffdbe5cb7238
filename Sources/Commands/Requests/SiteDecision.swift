import Corrections
import DurableFiles
import Foundation
import Ingest
import Ledger
import LedgerSQLite
import Logging
import Profiles

/// Has a deed done by whoever owns the site's ledger: this process, or the service that runs.
enum SiteDecision {
    /// - Parameters:
    ///   - deed: what is wanted.
    ///   - site: whose ledger.
    ///   - name: under whose name it is recorded; the user of this process where `nil`.
    static func make(_ deed: SiteDeed, at site: SiteConfiguration, by name: String? = nil) async throws -> DeedOutcome {
        try LedgerReports.checkPresence(site)
        let user = ProcessInfo.processInfo.userName
        let actor = name ?? user
        let ledger: SQLiteLedger
        do {
            ledger = try SQLiteLedger(at: site.ledger.displayName)
        } catch where error.code == .locked {
            let client = RequestClient(spool: RequestSpool(store: site.folders.store))
            return try await client.ask(deed, actor: actor, user: user)
        } catch {
            throw CommandFailure(.environment, "\(site.ledger.displayName): \(error.description)")
        }
        if let file = deed.file { try checkReadable(file) }
        let intake = try CorrectionSet(site).intake(ledger, logger: Logger(label: "preread") { _ in SwiftLogNoOpLogHandler() })
        let outcome = await DeedExecution(ledger: ledger, intake: intake).perform(deed, by: actor)
        try ledger.close()
        return outcome
    }

    private static func checkReadable(_ file: RawPath) throws {
        do throws(FileError) {
            _ = try ReadOnlyFile(file, subject: "correction").size
        } catch {
            throw CommandFailure(naming: file, error)
        }
    }
}

/// What the intake of corrections is made of at a site.
struct CorrectionSet {
    let site: SiteConfiguration

    init(_ site: SiteConfiguration) { self.site = site }

    /// The labels of the watched folders in the ledger.
    static let labels = ["corrected", "rejected"]

    /// An intake that works with the ledger; its folders are watched when its rounds are run.
    func intake(_ ledger: SQLiteLedger, logger: Logger) throws -> CorrectionIntake {
        var configuration = IngestConfiguration()
        configuration.settleTime = .seconds(site.ingest.settleSeconds)
        configuration.pollInterval = .seconds(site.ingest.pollSeconds)
        configuration.deletesAfterIngest = site.ingest.deletesAfterIngest
        let surroundings = CorrectionIntake.Surroundings(
            folders: [
                .init(.correct, DirectoryDropFolder(site.folders.corrected), label: Self.labels[0]),
                .init(.reject, DirectoryDropFolder(site.folders.rejected), label: Self.labels[1]),
            ],
            store: site.folders.store,
            results: site.folders.annotated,
            ledger: ledger,
            reader: ChildCorrectionReader(
                .init(executable: "/proc/self/exe", arguments: [InspectCorrectionsCommand.name])
            ),
            logger: logger
        )
        return try CorrectionIntake(surroundings, configuration: configuration)
    }
}
