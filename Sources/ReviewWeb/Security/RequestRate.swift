import Synchronization

/// How many requests a user may send: a bucket that fills steadily.
final class RequestRate: Sendable {
    private struct Bucket {
        var left: Double
        var filled: ContinuousClock.Instant
    }

    private let perSecond: Double
    private let burst: Double
    private let now: @Sendable () -> ContinuousClock.Instant
    private let buckets = Mutex<[String: Bucket]>([:])

    /// Far more than a person who scrolls through images needs.
    init(
        perSecond: Double = 500,
        burst: Double = 2_000,
        now: @escaping @Sendable () -> ContinuousClock.Instant = { .now }
    ) {
        self.perSecond = perSecond
        self.burst = burst
        self.now = now
    }

    /// Counts a request, or says that it is one too many.
    func take(_ user: String) -> Bool {
        let now = now()
        return buckets.withLock { buckets in
            var bucket = buckets[user] ?? Bucket(left: burst, filled: now)
            bucket.left = min(burst, bucket.left + perSecond * ((now - bucket.filled) / .seconds(1)))
            bucket.filled = now
            defer { buckets[user] = bucket }
            guard bucket.left >= 1 else { return false }
            bucket.left -= 1
            return true
        }
    }
}
