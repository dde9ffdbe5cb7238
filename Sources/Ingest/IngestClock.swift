/// The time that settling and back-off go by: it never jumps, and its zero means nothing.
package protocol IngestClock: Sendable {
    /// The time since some moment in the past.
    func now() -> Duration

    /// Waits; ends early, with an error, when the task is cancelled.
    func sleep(for duration: Duration) async throws
}

/// The machine's monotonic clock.
package struct MonotonicClock: IngestClock {
    private let origin = ContinuousClock.now

    package init() {}

    package func now() -> Duration { ContinuousClock.now - origin }

    package func sleep(for duration: Duration) async throws {
        try await ContinuousClock().sleep(for: duration)
    }
}
