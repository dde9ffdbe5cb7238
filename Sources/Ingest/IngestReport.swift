import Ledger

/// What one round of ingest did.
package struct IngestReport: Sendable, Hashable {
    /// Why files wait although nothing is wrong with them.
    package enum Pause: Sendable, Hashable {
        /// The disk of the store or of the ledger is, or would be, full.
        case outOfSpace
        /// The store cannot be written.
        case storeFailed
    }

    /// Files that lie in the folder.
    package internal(set) var seen = 0
    /// Files that were put on record.
    package internal(set) var new = 0
    /// Verdicts by state and reason.
    package internal(set) var verdicts: [Verdict: Int] = [:]
    /// Series that were planned, with jobs or without.
    package internal(set) var planned = 0
    /// Jobs that the plans asked for.
    package internal(set) var jobs: [JobID] = []
    /// Files that have settled and are left for the next round.
    package internal(set) var backlog = 0
    /// Folders that could not be listed.
    package internal(set) var unreadableFolders = 0
    package internal(set) var pause: Pause?

    /// A state with its reason.
    package struct Verdict: Sendable, Hashable {
        package let state: FileState
        package let reason: String?
    }

    mutating func count(_ outcome: FileOutcome) {
        verdicts[Verdict(state: outcome.state, reason: outcome.reason), default: 0] += 1
    }
}
