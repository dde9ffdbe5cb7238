import Dispatch
import Ledger
import Logging
import Synchronization

/// Holds a computing thread at its first slice until it is opened.
final class Gate: Sendable {
    private let arrivals: AsyncStream<Void>
    private let arrival: AsyncStream<Void>.Continuation
    private let isOpen = Mutex(false)
    private let opened = DispatchSemaphore(value: 0)

    init() {
        (arrivals, arrival) = AsyncStream.makeStream()
    }

    /// Called by the computing thread: says that it is there, and waits.
    func pass() {
        arrival.yield()
        opened.wait()
        opened.signal()
    }

    /// Returns when the thread is at the gate.
    func reached() async {
        for await _ in arrivals { return }
    }

    /// Lets the thread pass, now and ever after.
    func open() {
        let isFirst = isOpen.withLock { wasOpen in
            defer { wasOpen = true }
            return !wasOpen
        }
        if isFirst { opened.signal() }
    }
}

/// A ledger's queue that notes what a worker asks of it.
final class RecordingQueue: JobQueue {
    private let queue: any JobQueue
    private let publishes: Bool
    private let noted = Mutex<[JobResult]>([])
    private let beats: AsyncStream<Void>
    private let beat: AsyncStream<Void>.Continuation

    /// Without `publishes` the worker dies, for the ledger, just before it publishes.
    init(_ queue: any JobQueue, publishes: Bool = true) {
        self.queue = queue
        self.publishes = publishes
        (beats, beat) = AsyncStream.makeStream()
    }

    var results: [JobResult] { noted.withLock { $0 } }

    /// Returns after so many further heartbeats.
    func heartbeats(_ count: Int) async {
        var left = count
        for await _ in beats {
            left -= 1
            if left == 0 { return }
        }
    }

    func claimNext(by owner: WorkerID, leaseFor duration: Duration) async throws(LedgerError) -> LeasedJob? {
        try await queue.claimNext(by: owner, leaseFor: duration)
    }

    func heartbeat(_ lease: Lease, extendBy duration: Duration) async throws(LedgerError) -> Lease? {
        let extended = try await queue.heartbeat(lease, extendBy: duration)
        beat.yield()
        return extended
    }

    func publish(_ result: JobResult, under lease: Lease) async throws(LedgerError) -> Bool {
        noted.withLock { $0.append(result) }
        return publishes ? try await queue.publish(result, under: lease) : false
    }

    func requirePrompt(_ reason: JobReason, under lease: Lease) async throws(LedgerError) -> Bool {
        try await queue.requirePrompt(reason, under: lease)
    }

    func fail(_ reason: JobReason, retryable: Bool, under lease: Lease) async throws(LedgerError) -> Bool {
        try await queue.fail(reason, retryable: retryable, under: lease)
    }

    func giveBack(_ lease: Lease) async throws(LedgerError) -> Bool { try await queue.giveBack(lease) }

    func recover(_ leases: LeaseRecovery) async throws(LedgerError) -> [JobID] { try await queue.recover(leases) }

    func retry(_ job: JobID, by actor: String) async throws(LedgerError) { try await queue.retry(job, by: actor) }

    func cancel(_ job: JobID, reason: JobReason, by actor: String) async throws(LedgerError) {
        try await queue.cancel(job, reason: reason, by: actor)
    }

    func review(_ job: JobID, _ verdict: ReviewVerdict, by reviewer: String) async throws(LedgerError) {
        try await queue.review(job, verdict, by: reviewer)
    }
}

extension Logger {
    /// A logger that hands each message to a closure.
    static func calling(_ body: @escaping @Sendable (String) -> Void) -> Logger {
        Logger(label: "test") { _ in CallingLogHandler(body: body) }
    }
}

private struct CallingLogHandler: LogHandler {
    let body: @Sendable (String) -> Void
    var metadata: Logger.Metadata = [:]
    var logLevel = Logger.Level.trace

    subscript(metadataKey key: String) -> Logger.Metadata.Value? {
        get { metadata[key] }
        set { metadata[key] = newValue }
    }

    func log(event: LogEvent) { body("\(event.message)") }
}
