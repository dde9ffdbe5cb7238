import DurableFiles
import Ledger
import Logging
import ServiceLifecycle

/// Runs an ingestor until the process shuts down.
package struct IngestService: Service {
    private let ingestor: Ingestor
    private let clock: any IngestClock
    private let interval: Duration
    private let logger: Logger
    private let onRound: @Sendable (IngestReport) -> Void

    /// - Parameters:
    ///   - ingestor: what to run; nobody else runs its rounds.
    ///   - onRound: called after each round, for watchdogs and health pages.
    package init(_ ingestor: Ingestor, onRound: @escaping @Sendable (IngestReport) -> Void = { _ in }) {
        self.ingestor = ingestor
        clock = ingestor.surroundings.clock
        interval = ingestor.configuration.pollInterval
        logger = ingestor.surroundings.logger
        self.onRound = onRound
    }

    /// Returns on graceful shutdown, after the batch at hand is committed.
    ///
    /// Failures of the folder, the store or the ledger are logged and waited out; only a damaged or foreign ledger ends the service.
    package func run() async throws {
        try await cancelWhenGracefulShutdown {
            while !Task.isCancelled {
                if try await runRound() { continue }
                do {
                    try await clock.sleep(for: interval)
                } catch is CancellationError {
                    return
                }
            }
        }
    }

    /// Whether the next round should follow at once.
    private func runRound() async throws -> Bool {
        do {
            let report = try await ingestor.round()
            log(report)
            onRound(report)
            return report.backlog > 0 && report.pause == nil
        } catch let error as LedgerError {
            guard error.mayPass else { throw error }
            logger.error("the ledger failed; ingest goes on", metadata: ["error": "\(error)"])
        } catch let error as FileError {
            logger.error("the drop folder or the store failed; ingest goes on", metadata: ["error": "\(error)"])
        }
        return false
    }

    private func log(_ report: IngestReport) {
        if let pause = report.pause {
            logger.error("intake pauses", metadata: ["cause": "\(pause)"])
        }
        if report.unreadableFolders > 0 {
            logger.warning("folders cannot be listed", metadata: ["count": "\(report.unreadableFolders)"])
        }
        for (verdict, count) in report.verdicts.sorted(by: { $0.key.state.rawValue < $1.key.state.rawValue }) {
            let reason = verdict.reason ?? "none"
            logger.info(
                "files judged",
                metadata: ["state": "\(verdict.state.rawValue)", "reason": "\(reason)", "count": "\(count)"]
            )
        }
    }
}
