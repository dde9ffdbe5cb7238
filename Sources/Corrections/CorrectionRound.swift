import Ledger

/// What one round of the intake did.
package struct CorrectionRound: Sendable, Hashable {
    /// Files that were copied and put on record.
    package internal(set) var received = 0
    /// Corrections that were judged.
    package internal(set) var judged: [Correction] = []
    /// Corrections and files that cannot be looked at now.
    package internal(set) var waiting = 0
    /// Whether the disk of the store is, or would be, full.
    package internal(set) var isOutOfSpace = false
    /// Folders that could not be listed.
    package internal(set) var unreadableFolders = 0
}
