/// A ledger that lives as long as its process: for one-off runs and for tests.
package actor InMemoryLedger: TransactionalLedger {
    package nonisolated let clock: any LedgerClock
    package nonisolated let retryPolicy: RetryPolicy
    private var storage = InMemoryStorage()

    package init(clock: any LedgerClock = SystemLedgerClock(), retryPolicy: RetryPolicy = RetryPolicy()) {
        self.clock = clock
        self.retryPolicy = retryPolicy
    }

    package func transaction<Result: Sendable>(
        _ body: @escaping @Sendable (inout InMemoryStorage) throws -> Result
    ) async throws(LedgerError) -> Result {
        var changed = storage
        let result = try run { try body(&changed) }
        storage = changed
        return result
    }

    package func rehearsal<Result: Sendable>(
        _ body: @escaping @Sendable (inout InMemoryStorage) throws -> Result
    ) async throws(LedgerError) -> Result {
        var changed = storage
        return try run { try body(&changed) }
    }

    package func snapshot<Result: Sendable>(
        _ body: @escaping @Sendable (InMemoryStorage) throws -> Result
    ) async throws(LedgerError) -> Result {
        try run { try body(storage) }
    }

    private func run<Result>(_ body: () throws -> Result) throws(LedgerError) -> Result {
        do {
            return try body()
        } catch let error as LedgerError {
            throw error
        } catch {
            throw LedgerError(.unavailable, "the ledger in memory failed", cause: String(describing: type(of: error)))
        }
    }
}
