import DurableFiles
import Ingest
import Ledger
import Logging
import ServiceLifecycle

/// Runs an intake of corrections until the process shuts down.
package struct CorrectionService: Service {
    private let intake: CorrectionIntake
    private let clock: any IngestClock
    private let interval: Duration
    private let logger: Logger

    package init(_ intake: CorrectionIntake) {
        self.intake = intake
        clock = intake.surroundings.clock
        interval = intake.configuration.pollInterval
        logger = intake.surroundings.logger
    }

    /// Returns on graceful shutdown.
    ///
    /// Failures of the folders, the store or the ledger are logged and waited out; only a damaged or foreign ledger ends the service.
    package func run() async throws {
        try await cancelWhenGracefulShutdown {
            while !Task.isCancelled {
                try await runRound()
                do {
                    try await clock.sleep(for: interval)
                } catch is CancellationError {
                    return
                }
            }
        }
    }

    private func runRound() async throws {
        do {
            let report = try await intake.round()
            if report.unreadableFolders > 0 {
                logger.warning(
                    "folders of corrections cannot be listed",
                    metadata: ["count": "\(report.unreadableFolders)"]
                )
            }
        } catch let error as LedgerError {
            guard error.mayPass else { throw error }
            logger.error("the ledger failed; the intake of corrections goes on", metadata: ["error": "\(error)"])
        } catch let error as FileError {
            logger.error("a folder of corrections or the store failed; intake goes on", metadata: ["error": "\(error)"])
        }
    }
}
