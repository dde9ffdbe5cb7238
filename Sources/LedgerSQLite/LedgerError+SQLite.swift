import GRDB
import Ledger

extension LedgerError {
    /// Any failure in or below a transaction as an error of the ledger.
    ///
    /// GRDB's own description could hold statement arguments, which are patient data; the code and SQLite's sentence do not.
    static func from(_ error: any Error) -> LedgerError {
        if let error = error as? LedgerError { return error }
        guard let error = error as? DatabaseError else {
            return LedgerError(.corrupt, "the ledger holds a row that cannot be read", cause: "\(type(of: error))")
        }
        let cause = "SQLite \(error.extendedResultCode.rawValue): \(error.message ?? "no message")"
        // See: SQLite's documentation, "Result and Error Codes".
        switch error.resultCode {
        case .SQLITE_FULL:
            return LedgerError(.outOfSpace, "the disk of the ledger is full: free some space", cause: cause)
        case .SQLITE_CORRUPT, .SQLITE_NOTADB:
            return LedgerError(.corrupt, "the ledger is damaged: restore it from a backup", cause: cause)
        case .SQLITE_BUSY, .SQLITE_LOCKED:
            return LedgerError(.locked, "another process holds the ledger", cause: cause)
        default:
            return LedgerError(.unavailable, "the ledger cannot be read or written", cause: cause)
        }
    }

    static func damagedRow(_ table: String) -> LedgerError {
        LedgerError(.corrupt, "the ledger holds a row of table \(table) that this version does not understand")
    }
}
