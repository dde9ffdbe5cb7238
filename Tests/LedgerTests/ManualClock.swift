import Ledger
import Synchronization

/// A clock that moves when a test moves it.
final class ManualClock: LedgerClock {
    private let milliseconds = Mutex<Int64>(1_700_000_000_000)

    func now() -> Timestamp { Timestamp(milliseconds: milliseconds.withLock { $0 }) }

    func advance(by duration: Duration) {
        let later = now().adding(duration)
        milliseconds.withLock { $0 = later.milliseconds }
    }
}
