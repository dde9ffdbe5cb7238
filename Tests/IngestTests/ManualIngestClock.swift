import Ingest
import Synchronization

/// A monotonic clock that moves when a test moves it, or when somebody sleeps.
final class ManualIngestClock: IngestClock {
    private let time = Mutex<Duration>(.zero)

    func now() -> Duration { time.withLock { $0 } }

    func advance(by duration: Duration) { time.withLock { $0 += duration } }

    /// Nobody waits in tests: the time has passed.
    func sleep(for duration: Duration) async throws {
        try Task.checkCancellation()
        advance(by: duration)
        await Task.yield()
    }
}
