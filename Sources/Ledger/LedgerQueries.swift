/// The part of a ledger that reports read. Lists come in the order of their numbers, the oldest first.
package protocol LedgerQueries: Sendable {
    /// The job, or `nil` where there is none of that number.
    func job(_ id: JobID) async throws(LedgerError) -> Job?

    /// Jobs that fit a filter.
    func jobs(_ filter: JobFilter) async throws(LedgerError) -> [Job]

    /// How many jobs are in each state that occurs.
    func jobCounts() async throws(LedgerError) -> [JobState: Int]

    /// The volume of a job, in the order of its plan.
    func instances(of job: JobID) async throws(LedgerError) -> [Instance]

    /// The instances of a series in the store, in the order of their UIDs.
    func instances(of series: SeriesUID) async throws(LedgerError) -> [Instance]

    /// The instance of a series with the smallest UID.
    func firstInstance(of series: SeriesUID) async throws(LedgerError) -> Instance?

    /// The instance of that SOP Instance UID in the store.
    func instance(_ uid: InstanceUID) async throws(LedgerError) -> Instance?

    /// The instance whose file has these bytes.
    func instance(withDigest digest: ContentDigest) async throws(LedgerError) -> Instance?

    func series(_ uid: SeriesUID) async throws(LedgerError) -> Series?

    /// All series in one of the states, in the order of their UIDs.
    func series(in states: Set<SeriesState>) async throws(LedgerError) -> [Series]

    /// The series of a study, in the order of their UIDs.
    func series(of study: StudyUID) async throws(LedgerError) -> [Series]

    func study(_ uid: StudyUID) async throws(LedgerError) -> Study?

    /// A page of all studies, those that were seen last first.
    func studies(offset: Int, limit: Int) async throws(LedgerError) -> [Study]

    func file(_ id: FileID) async throws(LedgerError) -> DroppedFile?

    /// The file that a name below a watch root stands for.
    func file(at path: DroppedPath, in root: String) async throws(LedgerError) -> DroppedFile?

    /// Files that fit a filter.
    func files(_ filter: FileFilter) async throws(LedgerError) -> [DroppedFile]

    /// How many files are in each state for each reason. The sum is the number of files seen; those that went away before they
    /// were read are not in it.
    func fileTallies() async throws(LedgerError) -> [FileTally]

    /// The job whose result has that SOP Instance UID.
    func job(withSegmentation uid: InstanceUID) async throws(LedgerError) -> Job?

    func correction(_ id: CorrectionID) async throws(LedgerError) -> Correction?

    /// The correction, of any state, whose file has that SOP Instance UID; the newest where there are several.
    func correction(withSegmentation uid: InstanceUID) async throws(LedgerError) -> Correction?

    /// Corrections that fit a filter.
    func corrections(_ filter: CorrectionFilter) async throws(LedgerError) -> [Correction]

    /// How many corrections with that intent, or with any, are in each state that occurs.
    func correctionCounts(of intent: CorrectionIntent?) async throws(LedgerError) -> [CorrectionState: Int]

    /// How many jobs in each reviewed state got their last review after a moment: what has come since the last training.
    func reviewCounts(after moment: Timestamp) async throws(LedgerError) -> [JobState: Int]

    /// All verdicts on a job, the oldest first.
    func verdicts(of job: JobID) async throws(LedgerError) -> [Verdict]

    /// What a worklist shows of a series; `nil` until its files were read for it.
    func display(of series: SeriesUID) async throws(LedgerError) -> SeriesDisplay?

    /// Series without a display, at most `limit`.
    func undisplayedSeries(limit: Int) async throws(LedgerError) -> [SeriesUID]

    /// Jobs with a result whose receipt was not read for a summary, at most `limit`.
    func unsummarisedJobs(limit: Int) async throws(LedgerError) -> [Job]

    /// A page of a worklist.
    func worklist(_ query: WorklistQuery) async throws(LedgerError) -> [WorklistRow]

    /// A job as the worklist of all shows it; `nil` where there is none of that number.
    func worklistRow(_ job: JobID) async throws(LedgerError) -> WorklistRow?

    /// How many results were published in each hour from a moment on, by the start of the hour.
    func resultCounts(since moment: Timestamp) async throws(LedgerError) -> [Timestamp: Int]

    /// How many jobs each part of the worklist holds.
    func worklistCounts() async throws(LedgerError) -> WorklistCounts

    /// The number of a study.
    func studyNumber(_ uid: StudyUID) async throws(LedgerError) -> StudyNumber?

    /// The study of a number.
    func study(withNumber number: StudyNumber) async throws(LedgerError) -> Study?

    /// Quarantined files with smaller numbers than `before`, the newest first.
    func quarantine(before: FileID?, limit: Int) async throws(LedgerError) -> [DroppedFile]

    /// The line of the audit that has to be there.
    func auditAnchor() async throws(LedgerError) -> AuditAnchor?

    /// What happened to one thing.
    func events(of subject: EventSubject) async throws(LedgerError) -> [LedgerEvent]

    /// Events with larger numbers than `after`, at most `limit`.
    func events(after: EventID?, limit: Int) async throws(LedgerError) -> [LedgerEvent]

    /// The newest event; `nil` where nothing has happened yet.
    func lastEvent() async throws(LedgerError) -> EventID?
}

extension LedgerQueries {
    /// How many corrections are in each state that occurs.
    package func correctionCounts() async throws(LedgerError) -> [CorrectionState: Int] {
        try await correctionCounts(of: nil)
    }

    /// Corrections that count or once counted: what has come to learn from. The number never falls.
    package func settledCorrectionCount() async throws(LedgerError) -> Int {
        let counts = try await correctionCounts(of: .correct)
        return (counts[.current] ?? 0) + (counts[.superseded] ?? 0)
    }
}

/// Which jobs are wanted; what is `nil` does not matter.
package struct JobFilter: Sendable, Hashable {
    package var states: Set<JobState>?
    package var series: SeriesUID?
    package var study: StudyUID?
    /// At most so many.
    package var limit: Int

    package init(
        states: Set<JobState>? = nil,
        series: SeriesUID? = nil,
        study: StudyUID? = nil,
        limit: Int = .max
    ) {
        self.states = states
        self.series = series
        self.study = study
        self.limit = limit
    }
}

/// Which files are wanted; what is `nil` does not matter.
package struct FileFilter: Sendable, Hashable {
    package var states: Set<FileState>?
    package var reason: String?
    /// The label of a watch root.
    package var root: String?
    /// Only those that their names still stand for.
    package var currentOnly: Bool
    /// Only those that were read: pending ones among them were released by a person.
    package var examinedOnly: Bool
    /// At most so many.
    package var limit: Int

    package init(
        states: Set<FileState>? = nil,
        reason: String? = nil,
        root: String? = nil,
        currentOnly: Bool = false,
        examinedOnly: Bool = false,
        limit: Int = .max
    ) {
        self.states = states
        self.reason = reason
        self.root = root
        self.currentOnly = currentOnly
        self.examinedOnly = examinedOnly
        self.limit = limit
    }
}
