/// How often and how soon a job that failed is tried again.
package struct RetryPolicy: Sendable, Hashable {
    /// A job that was claimed so often and never finished has failed for good.
    package let maximumAttempts: Int
    /// The wait after the first failure; it doubles with each further one.
    package let firstDelay: Duration
    /// The longest wait.
    package let maximumDelay: Duration

    package init(
        maximumAttempts: Int = 5,
        firstDelay: Duration = .seconds(30),
        maximumDelay: Duration = .seconds(3600)
    ) {
        precondition(maximumAttempts > 0, "a job is tried at least once")
        self.maximumAttempts = maximumAttempts
        self.firstDelay = firstDelay
        self.maximumDelay = maximumDelay
    }

    /// For jobs whose whole process ended, as by a power cut or a kill: most often nothing is wrong with the job, so it
    /// waits seconds and is allowed ten times as many attempts. A job that brings its process down each time still ends.
    package var afterProcessLoss: RetryPolicy {
        RetryPolicy(
            maximumAttempts: maximumAttempts * 10,
            firstDelay: min(firstDelay, .seconds(1)),
            maximumDelay: min(maximumDelay, .seconds(10))
        )
    }

    /// The wait after so many attempts, at least one.
    package func delay(afterAttempts attempts: Int) -> Duration {
        var delay = firstDelay
        for _ in 1..<max(attempts, 1) where delay < maximumDelay { delay *= 2 }
        return min(delay, maximumDelay)
    }
}
