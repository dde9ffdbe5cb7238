/// The truth about files, series and jobs. Folders are a view of it.
///
/// Each method is one transaction: it happens wholly, and is durable before it returns, or not at all. No method is undone or
/// cut short by the cancellation of the task that called it. The same rules hold in every implementation (``LedgerStorage``).
package protocol JobLedger: IntakeLedger, JobQueue, CorrectionLedger, ReviewLedger, LedgerQueries {}

/// The part of a ledger that ingest writes.
package protocol IntakeLedger: Sendable {
    /// Puts files on record as they are seen, and gives each its row in the order of the sightings.
    ///
    /// A name with the known fingerprint keeps its row. Where the fingerprint changed, a pending row follows it, and a row in a
    /// final state is history: the name gets a new row.
    func record(_ sightings: [FileSighting], in root: String) async throws(LedgerError) -> [DroppedFile]

    /// Notes that files are gone from the folder. Their rows stay as they are; their names are free for other files.
    func withdraw(_ files: [FileID]) async throws(LedgerError)

    /// Records what files turned out to be. Any copy is durable before the call.
    ///
    /// - Throws: `illegalTransition` where a file's state does not allow its outcome; then nothing is recorded.
    func resolve(_ resolutions: [FileResolution]) async throws(LedgerError)

    /// What ``admit(_:)`` would answer, without changing anything.
    func previewAdmission(_ candidates: [InstanceCandidate]) async throws(LedgerError) -> [FileOutcome]

    /// Makes candidates instances of the store, in their order, and answers what became of each file.
    ///
    /// `duplicate` for known bytes; `UID_CONFLICT` for other bytes under a known SOP Instance UID, of which the first are kept;
    /// `IDENTITY_CONFLICT` where the patient differs inside a study, a series lies in two studies, or an instance in two
    /// series. Then each study concerned is held: its stored files are quarantined too, its open jobs are cancelled.
    func admit(_ candidates: [InstanceCandidate]) async throws(LedgerError) -> [FileOutcome]

    /// Series that receive, in the order of their UIDs.
    func receivingSeries() async throws(LedgerError) -> [Series]

    /// Records the plan for a settled series: new jobs are queued, jobs that exist already are left alone, and the other open
    /// jobs of the series are superseded: queued and running ones are cancelled.
    ///
    /// - Returns: the jobs of the plan; `nil`, and nothing changes, where the series is not receiving or has got more instances since.
    func plan(_ plan: SeriesPlan) async throws(LedgerError) -> [Job]?

    /// Has a series that was planned or unmatched looked at again, after a profile or a model changed.
    func reopen(_ series: SeriesUID, by actor: String) async throws(LedgerError)

    /// Has a quarantined or ignored file judged again.
    func release(_ file: FileID, by actor: String) async throws(LedgerError)

    /// Records a person's decision that a held study may be worked on with the instances that are in the store.
    func release(_ study: StudyUID, by actor: String) async throws(LedgerError)
}

/// The part of a ledger that workers and people at jobs use.
package protocol JobQueue: Sendable {
    /// Takes the longest waiting job whose time has come, or one whose lease ran out, and counts an attempt.
    ///
    /// No two calls get the same job unless its lease ran out between them.
    func claimNext(by owner: WorkerID, leaseFor duration: Duration) async throws(LedgerError) -> LeasedJob?

    /// Extends a lease, counted from now. Call at least every third part of the lease.
    ///
    /// - Returns: `nil` where the job belongs to somebody else by now: stop, and publish nothing.
    func heartbeat(_ lease: Lease, extendBy duration: Duration) async throws(LedgerError) -> Lease?

    /// Publishes a result if the lease's epoch is still the job's. Its files are durable before the call.
    ///
    /// - Returns: whether the result counts; `false` means that no row was touched and the files may be dropped. Publishing
    ///   the same result again answers `true`.
    func publish(_ result: JobResult, under lease: Lease) async throws(LedgerError) -> Bool

    /// Ends a run with the need for a person's prompt. Answers as ``publish(_:under:)``.
    func requirePrompt(_ reason: JobReason, under lease: Lease) async throws(LedgerError) -> Bool

    /// Ends a run with a failure: back to the queue after a back-off where it is retryable and attempts are left, else
    /// `failed`. Answers as ``publish(_:under:)``.
    func fail(_ reason: JobReason, retryable: Bool, under lease: Lease) async throws(LedgerError) -> Bool

    /// Gives a job back unfinished, as on shutdown; the attempt does not count. Answers as ``publish(_:under:)``.
    func giveBack(_ lease: Lease) async throws(LedgerError) -> Bool

    /// Puts jobs of lost workers back into the queue, or to `failed` where their attempts are used up.
    ///
    /// At start the process that owns the ledger alone takes `all`. The answer is the jobs concerned.
    func recover(_ leases: LeaseRecovery) async throws(LedgerError) -> [JobID]

    /// Puts a job that failed, was cancelled or needs a prompt into the queue with all its attempts.
    func retry(_ job: JobID, by actor: String) async throws(LedgerError)

    /// Withdraws a job that is not annotated yet. A worker that runs it learns so with its next heartbeat.
    func cancel(_ job: JobID, reason: JobReason, by actor: String) async throws(LedgerError)

    /// Records a reviewer's verdict on an annotated job.
    func review(_ job: JobID, _ verdict: ReviewVerdict, by reviewer: String) async throws(LedgerError)
}

/// Which leases are given up.
package enum LeaseRecovery: Sendable, Hashable {
    /// Those that ran out.
    case expired
    /// Every one.
    case all
}

/// What a reviewer decides.
package enum ReviewVerdict: String, Sendable, Hashable, Codable, CaseIterable {
    case accepted
    case corrected
    case rejected

    /// What happens to the job.
    package var event: JobEvent {
        switch self {
        case .accepted: .accept
        case .corrected: .correct
        case .rejected: .reject
        }
    }
}
