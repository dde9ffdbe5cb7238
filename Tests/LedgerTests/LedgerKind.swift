import Foundation
import Ledger
import LedgerSQLite
import TestSupport
import Testing

/// The ledgers that have to pass the same tests.
enum LedgerKind: String, CaseIterable, CustomTestStringConvertible {
    case memory
    case sqlite

    var testDescription: String { rawValue }

    /// Runs a body with a fresh ledger of this kind.
    func withLedger(_ body: (any JobLedger, ManualClock) async throws -> Void) async throws {
        let clock = ManualClock()
        switch self {
        case .memory:
            try await body(InMemoryLedger(clock: clock), clock)
        case .sqlite:
            try await withTemporaryFolder { folder in
                try await body(try SQLiteLedger(at: folder.appending(path: "l.sqlite").path, clock: clock), clock)
            }
        }
    }
}
