import DurableFiles
import Foundation
import Ingest
import Ledger
import Logging
import ServiceLifecycle
import Synchronization
import Testing

@Suite struct IngestServiceTests {
    @Test("The service runs rounds, outlives a missing folder, and stops on graceful shutdown")
    func serviceRunsUntilShutdown() async throws {
        try await IngestBench.run { bench in
            let aside = bench.incoming.deletingLastPathComponent().appending(path: "aside")
            try bench.drop(try SyntheticSlice(0), as: "a.dcm")
            try FileManager.default.moveItem(at: bench.incoming, to: aside)
            let rounds = Mutex(0)
            let service = IngestService(try Ingestor(bench.surroundings, configuration: bench.configuration)) { _ in
                rounds.withLock { $0 += 1 }
            }
            let group = ServiceGroup(services: [service], logger: bench.logger)
            let running = Task { try await group.run() }
            let start = bench.clock.now()
            while bench.clock.now() < start + .seconds(20) { await Task.yield() }
            #expect(rounds.withLock { $0 } == 0)
            try FileManager.default.moveItem(at: aside, to: bench.incoming)
            while try await bench.ledger.jobCounts().isEmpty { await Task.yield() }
            await group.triggerGracefulShutdown()
            try await running.value
            #expect(try await bench.tallies() == ["stored": 1])
            #expect(rounds.withLock { $0 } > 0)
        }
    }

    @Test("A ledger that is damaged ends the service")
    func damagedLedgersEndTheService() async throws {
        try await IngestBench.run(ledger: DamagedLedger()) { bench in
            let service = IngestService(try Ingestor(bench.surroundings, configuration: bench.configuration))
            let error = await #expect(throws: LedgerError.self) { try await service.run() }
            #expect(error?.code == .corrupt)
        }
    }
}

/// A ledger of which no row can be read.
private struct DamagedLedger: TransactionalLedger {
    let clock: any LedgerClock = SystemLedgerClock()
    let retryPolicy = RetryPolicy()

    func transaction<Result: Sendable>(
        _ body: @escaping @Sendable (inout InMemoryStorage) throws -> Result
    ) async throws(LedgerError) -> Result {
        throw LedgerError(.corrupt, "damaged")
    }

    func rehearsal<Result: Sendable>(
        _ body: @escaping @Sendable (inout InMemoryStorage) throws -> Result
    ) async throws(LedgerError) -> Result {
        throw LedgerError(.corrupt, "damaged")
    }

    func snapshot<Result: Sendable>(
        _ body: @escaping @Sendable (InMemoryStorage) throws -> Result
    ) async throws(LedgerError) -> Result {
        throw LedgerError(.corrupt, "damaged")
    }
}
