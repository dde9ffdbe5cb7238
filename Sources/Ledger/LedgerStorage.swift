/// Rows, as a transaction sees them. What a place to keep a ledger has to offer; the rules are on top of it.
///
/// All methods are plain reads and writes: the rules have looked before they write.
package protocol LedgerStorage {
    // MARK: - Files

    /// Adds a pending row with the next number.
    mutating func insertFile(root: String, sighting: FileSighting, at time: Timestamp) throws -> DroppedFile
    /// Writes everything but the number, root, path and first sight.
    mutating func update(_ file: DroppedFile) throws
    func file(_ id: FileID) throws -> DroppedFile?
    /// The row of that name with ``DroppedFile/isCurrent``.
    func currentFile(root: String, path: DroppedPath) throws -> DroppedFile?
    func files(_ filter: FileFilter) throws -> [DroppedFile]
    /// Files of a study in one state.
    func files(ofStudy study: StudyUID, in state: FileState) throws -> [DroppedFile]
    func fileTallies() throws -> [FileTally]

    // MARK: - Instances, series, studies

    mutating func insert(_ instance: Instance) throws
    func instance(_ uid: InstanceUID) throws -> Instance?
    func instance(withDigest digest: ContentDigest) throws -> Instance?
    func instances(ofSeries series: SeriesUID) throws -> [Instance]
    /// The one with the smallest UID.
    func firstInstance(ofSeries series: SeriesUID) throws -> Instance?
    /// Adds or replaces.
    mutating func save(_ series: Series) throws
    func series(_ uid: SeriesUID) throws -> Series?
    func series(in states: Set<SeriesState>) throws -> [Series]
    func series(ofStudy study: StudyUID) throws -> [Series]
    /// Adds or replaces.
    mutating func save(_ study: Study) throws
    func study(_ uid: StudyUID) throws -> Study?
    func studies(offset: Int, limit: Int) throws -> [Study]

    // MARK: - Jobs

    /// Adds a queued job with the next number and its volume.
    mutating func insertJob(_ plan: JobPlan, series: Series, at time: Timestamp) throws -> Job
    /// Writes everything that can change.
    mutating func update(_ job: Job) throws
    func job(_ id: JobID) throws -> Job?
    func job(withKey key: JobKey) throws -> Job?
    func jobs(_ filter: JobFilter) throws -> [Job]
    func jobCounts() throws -> [JobState: Int]
    /// The queued job with the smallest number whose back-off has ended.
    func nextQueuedJob(at time: Timestamp) throws -> Job?
    /// Running jobs whose leases have run out at a time.
    func jobsWithLease(expiredAt time: Timestamp) throws -> [Job]
    func instances(ofJob job: JobID) throws -> [Instance]

    func job(withSegmentation uid: InstanceUID) throws -> Job?
    /// Jobs in the reviewed states whose last review is younger than a moment, counted.
    func reviewCounts(after moment: Timestamp) throws -> [JobState: Int]

    // MARK: - Corrections

    /// Adds a received row with the next number.
    mutating func insertCorrection(_ submission: CorrectionSubmission, at time: Timestamp) throws -> Correction
    /// Writes everything that can change.
    mutating func update(_ correction: Correction) throws
    func correction(_ id: CorrectionID) throws -> Correction?
    func correction(withDigest digest: ContentDigest, intent: CorrectionIntent) throws -> Correction?
    /// The newest one.
    func correction(withSegmentation uid: InstanceUID) throws -> Correction?
    func corrections(_ filter: CorrectionFilter) throws -> [Correction]
    /// Corrections with that intent, or with any, counted.
    func correctionCounts(of intent: CorrectionIntent?) throws -> [CorrectionState: Int]

    // MARK: - Review

    /// Adds a row with the next number.
    mutating func append(_ entry: VerdictEntry, at time: Timestamp) throws
    /// All verdicts on a job, the oldest first.
    func verdicts(ofJob job: JobID) throws -> [Verdict]
    /// Adds or replaces.
    mutating func save(_ display: SeriesDisplay) throws
    func display(ofSeries series: SeriesUID) throws -> SeriesDisplay?
    /// Series without a ``SeriesDisplay``.
    func undisplayedSeries(limit: Int) throws -> [SeriesUID]
    /// Jobs with a result and without a ``ResultSummary``.
    func unsummarisedJobs(limit: Int) throws -> [Job]
    func worklist(_ query: WorklistQuery) throws -> [WorklistRow]
    /// A job as the worklist of all shows it.
    func worklistRow(_ job: JobID) throws -> WorklistRow?
    func worklistCounts() throws -> WorklistCounts
    /// How many results were published in each hour from a moment on, by the start of the hour.
    func resultCounts(since moment: Timestamp) throws -> [Timestamp: Int]
    /// Studies are numbered as they come.
    func studyNumber(_ uid: StudyUID) throws -> StudyNumber?
    func study(withNumber number: StudyNumber) throws -> Study?
    /// Quarantined files with smaller numbers than `before`, the newest first.
    func quarantine(before: FileID?, limit: Int) throws -> [DroppedFile]
    mutating func save(_ anchor: AuditAnchor) throws
    func auditAnchor() throws -> AuditAnchor?

    // MARK: - Events

    mutating func append(_ entry: EventEntry, at time: Timestamp) throws
    func events(of subject: EventSubject) throws -> [LedgerEvent]
    func events(after: EventID?, limit: Int) throws -> [LedgerEvent]
    func lastEvent() throws -> EventID?
}

/// A ledger whose storage can be read in a consistent state. ``LedgerQueries`` follows from that.
package protocol SnapshotLedger: LedgerQueries {
    associatedtype Storage: LedgerStorage

    /// Runs a body that writes nothing; nobody else writes while it reads.
    ///
    /// - Throws: the body's own ``LedgerError``, or the storage's failure as one.
    func snapshot<Result: Sendable>(
        _ body: @escaping @Sendable (Storage) throws -> Result
    ) async throws(LedgerError) -> Result
}

/// A ledger whose storage can run transactions. ``JobLedger`` follows from that.
package protocol TransactionalLedger: JobLedger, SnapshotLedger {
    var clock: any LedgerClock { get }
    var retryPolicy: RetryPolicy { get }

    /// Runs the body alone: all that it writes is durable when this returns, or nothing is kept if it throws.
    ///
    /// - Throws: the body's own ``LedgerError``, or the storage's failure as one.
    func transaction<Result: Sendable>(
        _ body: @escaping @Sendable (inout Storage) throws -> Result
    ) async throws(LedgerError) -> Result

    /// As ``transaction(_:)``, but nothing that the body writes is kept.
    func rehearsal<Result: Sendable>(
        _ body: @escaping @Sendable (inout Storage) throws -> Result
    ) async throws(LedgerError) -> Result
}
