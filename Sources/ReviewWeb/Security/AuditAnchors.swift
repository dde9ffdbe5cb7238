import Ledger
import Logging
import ServiceLifecycle
import Synchronization

/// Has the ledger remember where the audit ends, so that lines that are cut off are missed.
///
/// At most once in a while: until then an audit that was cut off by that much, and a program that was killed, look the same.
package final class AuditAnchors: Service {
    private let ledger: any ReviewLedger
    private let interval: Duration
    private let logger: Logger
    private let newest = Mutex<AuditAnchor?>(nil)

    /// Anchors in a ledger.
    package init(ledger: any ReviewLedger, interval: Duration = .seconds(2), logger: Logger) {
        self.ledger = ledger
        self.interval = interval
        self.logger = logger
    }

    /// Takes the newest end of the audit.
    package func note(_ number: Int64, _ digest: String) {
        guard let digest = ContentDigest(hex: digest) else { return }
        newest.withLock { newest in
            if newest.map({ $0.number < number }) ?? true { newest = AuditAnchor(number: number, digest: digest) }
        }
    }

    package func run() async throws {
        await cancelWhenGracefulShutdown {
            while !Task.isCancelled {
                await self.round()
                try? await Task.sleep(for: self.interval)
            }
        }
        await round()
    }

    /// Writes what is new.
    package func round() async {
        guard let anchor = newest.withLock({ $0 }) else { return }
        do {
            try await ledger.remember(anchor)
            newest.withLock { if $0 == anchor { $0 = nil } }
        } catch {
            logger.warning("the audit's end cannot be remembered now", metadata: ["error": "\(error)"])
        }
    }
}
