import DurableFiles
import Ledger

/// Decides when a file has stopped changing. Pure: it is told what scans see and when, and does nothing itself.
///
/// A file is settled when size, modification time and inode were the same in at least two scans that lie at least the quiet time
/// apart. The modification time is never compared with a clock, so skewed and future times do no harm.
package struct SettleRule {
    /// What to do about a file.
    package enum Verdict: Hashable {
        case wait
        case settled
        /// It kept changing, or kept the name of a copy in progress, for too long.
        case timedOut
    }

    private struct Watch {
        var fingerprint: FileFingerprint
        /// When this fingerprint was first seen.
        var since: Duration
        /// When the name was first seen.
        let from: Duration
    }

    /// How long a file must be left alone.
    package let quiet: Duration
    /// How long it is waited for.
    package let timeout: Duration
    private var watches: [RawPath: Watch] = [:]

    package init(quiet: Duration, timeout: Duration) {
        self.quiet = quiet
        self.timeout = timeout
    }

    /// Takes in what a scan saw of one file.
    package mutating func observe(_ path: RawPath, _ fingerprint: FileFingerprint, at now: Duration) -> Verdict {
        guard var watch = watches[path] else {
            watches[path] = Watch(fingerprint: fingerprint, since: now, from: now)
            return .wait
        }
        let isUnchanged = watch.fingerprint == fingerprint
        if !isUnchanged {
            watch.fingerprint = fingerprint
            watch.since = now
        }
        watches[path] = watch
        if DeliveryName.isInProgress(path) || !isUnchanged { return now - watch.from >= timeout ? .timedOut : .wait }
        return now - watch.since >= quiet ? .settled : .wait
    }

    /// Ends the watch over a file that was judged or is gone.
    package mutating func forget(_ path: RawPath) { watches[path] = nil }
}
