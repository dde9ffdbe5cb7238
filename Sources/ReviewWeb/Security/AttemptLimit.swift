import Synchronization

/// How often something may be tried: so many times in a span, for each key.
final class AttemptLimit: Sendable {
    private let most: Int
    private let span: Duration
    private let now: @Sendable () -> ContinuousClock.Instant
    private let attempts = Mutex<[String: [ContinuousClock.Instant]]>([:])
    /// Guards the memory: beyond it, what is over is forgotten.
    private static let mostKeys = 10_000

    init(_ most: Int, in span: Duration, now: @escaping @Sendable () -> ContinuousClock.Instant = { .now }) {
        self.most = most
        self.span = span
        self.now = now
    }

    /// Counts an attempt under all keys, or says that one of them has none left.
    func take(_ keys: [String]) -> Bool {
        let now = now()
        return attempts.withLock { attempts in
            if attempts.count > Self.mostKeys {
                attempts = attempts.filter { $0.value.contains { now - $0 < span } }
            }
            let recent = keys.map { key in (key, attempts[key, default: []].filter { now - $0 < span }) }
            guard recent.allSatisfy({ $0.1.count < most }) else { return false }
            for (key, times) in recent { attempts[key] = times + [now] }
            return true
        }
    }

    /// Takes the newest attempt back: it was none.
    func giveBack(_ keys: [String]) {
        attempts.withLock { attempts in
            for key in keys { _ = attempts[key]?.popLast() }
        }
    }
}
