import GRDB
import Ledger

/// The ledger of one machine, in one SQLite file that one process owns.
///
/// All reads and writes go through one connection, in the order in which they are asked for. A transaction that has returned survives
/// a power cut (write-ahead log, `synchronous = FULL`).
package final class SQLiteLedger: TransactionalLedger {
    package let clock: any LedgerClock
    package let retryPolicy: RetryPolicy
    private let queue: DatabaseQueue
    private let lock: OwnerLock

    /// Opens the ledger, creates it where there is none, and brings its schema up to date.
    ///
    /// - Parameters:
    ///   - path: the database file on a local disk; its folder must exist.
    ///   - clock: tells leases and events the time.
    ///   - retryPolicy: how often jobs that fail are tried.
    /// - Throws: `locked` while another process owns it, `corrupt`, `newerSchema`, or `unavailable`.
    package init(
        at path: String,
        clock: any LedgerClock = SystemLedgerClock(),
        retryPolicy: RetryPolicy = RetryPolicy()
    ) throws(LedgerError) {
        self.clock = clock
        self.retryPolicy = retryPolicy
        lock = try OwnerLock(beside: path)
        queue = try DatabaseFile.openForWriting(path)
    }

    package func transaction<Result: Sendable>(
        _ body: @escaping @Sendable (inout SQLiteStorage) throws -> Result
    ) async throws(LedgerError) -> Result {
        try await transaction(endingWith: .commit, body)
    }

    package func rehearsal<Result: Sendable>(
        _ body: @escaping @Sendable (inout SQLiteStorage) throws -> Result
    ) async throws(LedgerError) -> Result {
        try await transaction(endingWith: .rollback, body)
    }

    private func transaction<Result: Sendable>(
        endingWith completion: Database.TransactionCompletion,
        _ body: @escaping @Sendable (inout SQLiteStorage) throws -> Result
    ) async throws(LedgerError) -> Result {
        try await queue.perform { db in
            var storage = SQLiteStorage(db: db)
            var result: Result?
            try db.inTransaction(.immediate) {
                result = try body(&storage)
                return completion
            }
            return result
        }
    }

    package func snapshot<Result: Sendable>(
        _ body: @escaping @Sendable (SQLiteStorage) throws -> Result
    ) async throws(LedgerError) -> Result {
        try await queue.snapshot(body)
    }

    /// Closes the connection and lets another owner in; the ledger cannot be used afterwards.
    package func close() throws(LedgerError) {
        do {
            try queue.close()
        } catch {
            throw LedgerError.from(error)
        }
        lock.release()
    }
}

/// Reads a ledger that another process owns, for reports.
package final class SQLiteLedgerReader: SnapshotLedger {
    private let queue: DatabaseQueue

    /// Opens an existing ledger; nothing is written.
    package init(at path: String) throws(LedgerError) {
        queue = try DatabaseFile.openForReading(path)
    }

    package func snapshot<Result: Sendable>(
        _ body: @escaping @Sendable (SQLiteStorage) throws -> Result
    ) async throws(LedgerError) -> Result {
        try await queue.snapshot(body)
    }
}

extension DatabaseQueue {
    /// Runs a body on the connection's own thread.
    ///
    /// GRDB's `async` accesses end with `CancellationError` when the calling task is cancelled. A worker that shuts down has yet to
    /// give its job back, so this one does not look at cancellation.
    fileprivate func perform<Value: Sendable>(
        _ body: @escaping @Sendable (Database) throws -> Value?
    ) async throws(LedgerError) -> Value {
        let outcome = await withCheckedContinuation { continuation in
            asyncWriteWithoutTransaction { db in
                continuation.resume(returning: Result { try body(db) })
            }
        }
        do {
            guard let value = try outcome.get() else {
                throw LedgerError(.unavailable, "the transaction ended without a result")
            }
            return value
        } catch {
            throw LedgerError.from(error)
        }
    }

    fileprivate func snapshot<Value: Sendable>(
        _ body: @escaping @Sendable (SQLiteStorage) throws -> Value
    ) async throws(LedgerError) -> Value {
        try await perform { db in
            var result: Value?
            try db.inTransaction(.deferred) {
                result = try body(SQLiteStorage(db: db))
                return .commit
            }
            return result
        }
    }
}
