import DurableFiles
import Ingest
import Ledger

/// What is remembered of a watched folder between rounds; a restart loses it at the cost of one more settle time.
struct FolderWatch: Sendable {
    var settle: SettleRule
    var absence = AbsenceRule()
    var backOff = BackOff()
    /// The row of each name in the folder, as of the last look.
    var known: [RawPath: DroppedFile] = [:]
    var isFirstRound = true

    init(_ configuration: IngestConfiguration) {
        settle = SettleRule(quiet: configuration.settleTime, timeout: configuration.incompleteTimeout)
    }

    mutating func forget(_ path: RawPath) {
        known[path] = nil
        settle.forget(path)
        backOff.forget(path)
    }
}
