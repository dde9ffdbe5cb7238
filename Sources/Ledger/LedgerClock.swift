import Glibc

/// A moment in milliseconds since 1970-01-01 00:00 UTC, as ledgers store it.
package struct Timestamp: Sendable, Hashable, Codable, Comparable {
    package let milliseconds: Int64

    package init(milliseconds: Int64) { self.milliseconds = milliseconds }

    /// The moment that is `duration` later, rounded down to milliseconds.
    package func adding(_ duration: Duration) -> Timestamp {
        let (seconds, attoseconds) = duration.components
        return Timestamp(milliseconds: milliseconds + seconds * 1000 + attoseconds / 1_000_000_000_000_000)
    }

    package static func < (left: Timestamp, right: Timestamp) -> Bool { left.milliseconds < right.milliseconds }
}

/// Tells a ledger the time.
///
/// One clock serves all workers of a ledger, so that leases need no agreement between machines. That the clock may
/// jump is harmless: a lease that ends too early costs a second run, never a second result (see ``Lease``).
package protocol LedgerClock: Sendable {
    /// The present moment.
    func now() -> Timestamp
}

/// The clock of this machine.
package struct SystemLedgerClock: LedgerClock {
    package init() {}

    package func now() -> Timestamp {
        // See: 'man 2 clock_gettime'
        var time = timespec()
        clock_gettime(CLOCK_REALTIME, &time)
        return Timestamp(milliseconds: Int64(time.tv_sec) * 1000 + Int64(time.tv_nsec) / 1_000_000)
    }
}
