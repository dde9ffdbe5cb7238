import DurableFiles

/// When files that could not be read are tried again. Pure, as ``SettleRule``.
package struct BackOff {
    private static let first = Duration.seconds(10)
    private static let longest = Duration.seconds(600)

    private struct Wait {
        var delay: Duration
        var until: Duration
    }

    private var waits: [RawPath: Wait] = [:]

    package init() {}

    package func isWaiting(_ path: RawPath, at now: Duration) -> Bool {
        waits[path].map { now < $0.until } ?? false
    }

    /// Doubles the wait, up to ten minutes.
    package mutating func failed(_ path: RawPath, at now: Duration) {
        let delay = waits[path].map { min($0.delay * 2, Self.longest) } ?? Self.first
        waits[path] = Wait(delay: delay, until: now + delay)
    }

    package mutating func forget(_ path: RawPath) { waits[path] = nil }
}
