extension SnapshotLedger {
    package func job(_ id: JobID) async throws(LedgerError) -> Job? {
        try await snapshot { try $0.job(id) }
    }

    package func jobs(_ filter: JobFilter) async throws(LedgerError) -> [Job] {
        try await snapshot { try $0.jobs(filter) }
    }

    package func jobCounts() async throws(LedgerError) -> [JobState: Int] {
        try await snapshot { try $0.jobCounts() }
    }

    package func instances(of job: JobID) async throws(LedgerError) -> [Instance] {
        try await snapshot { try $0.instances(ofJob: job) }
    }

    package func instances(of series: SeriesUID) async throws(LedgerError) -> [Instance] {
        try await snapshot { try $0.instances(ofSeries: series) }
    }

    package func firstInstance(of series: SeriesUID) async throws(LedgerError) -> Instance? {
        try await snapshot { try $0.firstInstance(ofSeries: series) }
    }

    package func instance(_ uid: InstanceUID) async throws(LedgerError) -> Instance? {
        try await snapshot { try $0.instance(uid) }
    }

    package func instance(withDigest digest: ContentDigest) async throws(LedgerError) -> Instance? {
        try await snapshot { try $0.instance(withDigest: digest) }
    }

    package func series(_ uid: SeriesUID) async throws(LedgerError) -> Series? {
        try await snapshot { try $0.series(uid) }
    }

    package func series(in states: Set<SeriesState>) async throws(LedgerError) -> [Series] {
        try await snapshot { try $0.series(in: states) }
    }

    package func series(of study: StudyUID) async throws(LedgerError) -> [Series] {
        try await snapshot { try $0.series(ofStudy: study) }
    }

    package func studies(offset: Int, limit: Int) async throws(LedgerError) -> [Study] {
        try await snapshot { try $0.studies(offset: offset, limit: limit) }
    }

    package func study(_ uid: StudyUID) async throws(LedgerError) -> Study? {
        try await snapshot { try $0.study(uid) }
    }

    package func file(_ id: FileID) async throws(LedgerError) -> DroppedFile? {
        try await snapshot { try $0.file(id) }
    }

    package func file(at path: DroppedPath, in root: String) async throws(LedgerError) -> DroppedFile? {
        try await snapshot { try $0.currentFile(root: root, path: path) }
    }

    package func files(_ filter: FileFilter) async throws(LedgerError) -> [DroppedFile] {
        try await snapshot { try $0.files(filter) }
    }

    package func fileTallies() async throws(LedgerError) -> [FileTally] {
        try await snapshot { try $0.fileTallies() }
    }

    package func job(withSegmentation uid: InstanceUID) async throws(LedgerError) -> Job? {
        try await snapshot { try $0.job(withSegmentation: uid) }
    }

    package func correction(_ id: CorrectionID) async throws(LedgerError) -> Correction? {
        try await snapshot { try $0.correction(id) }
    }

    package func correction(withSegmentation uid: InstanceUID) async throws(LedgerError) -> Correction? {
        try await snapshot { try $0.correction(withSegmentation: uid) }
    }

    package func corrections(_ filter: CorrectionFilter) async throws(LedgerError) -> [Correction] {
        try await snapshot { try $0.corrections(filter) }
    }

    package func correctionCounts(
        of intent: CorrectionIntent?
    ) async throws(LedgerError) -> [CorrectionState: Int] {
        try await snapshot { try $0.correctionCounts(of: intent) }
    }

    package func reviewCounts(after moment: Timestamp) async throws(LedgerError) -> [JobState: Int] {
        try await snapshot { try $0.reviewCounts(after: moment) }
    }

    package func events(of subject: EventSubject) async throws(LedgerError) -> [LedgerEvent] {
        try await snapshot { try $0.events(of: subject) }
    }

    package func events(after: EventID?, limit: Int) async throws(LedgerError) -> [LedgerEvent] {
        try await snapshot { try $0.events(after: after, limit: limit) }
    }

    package func lastEvent() async throws(LedgerError) -> EventID? {
        try await snapshot { try $0.lastEvent() }
    }

    package func verdicts(of job: JobID) async throws(LedgerError) -> [Verdict] {
        try await snapshot { try $0.verdicts(ofJob: job) }
    }

    package func display(of series: SeriesUID) async throws(LedgerError) -> SeriesDisplay? {
        try await snapshot { try $0.display(ofSeries: series) }
    }

    package func undisplayedSeries(limit: Int) async throws(LedgerError) -> [SeriesUID] {
        try await snapshot { try $0.undisplayedSeries(limit: limit) }
    }

    package func unsummarisedJobs(limit: Int) async throws(LedgerError) -> [Job] {
        try await snapshot { try $0.unsummarisedJobs(limit: limit) }
    }

    package func worklist(_ query: WorklistQuery) async throws(LedgerError) -> [WorklistRow] {
        try await snapshot { try $0.worklist(query) }
    }

    package func worklistRow(_ job: JobID) async throws(LedgerError) -> WorklistRow? {
        try await snapshot { try $0.worklistRow(job) }
    }

    package func resultCounts(since moment: Timestamp) async throws(LedgerError) -> [Timestamp: Int] {
        try await snapshot { try $0.resultCounts(since: moment) }
    }

    package func worklistCounts() async throws(LedgerError) -> WorklistCounts {
        try await snapshot { try $0.worklistCounts() }
    }

    package func studyNumber(_ uid: StudyUID) async throws(LedgerError) -> StudyNumber? {
        try await snapshot { try $0.studyNumber(uid) }
    }

    package func study(withNumber number: StudyNumber) async throws(LedgerError) -> Study? {
        try await snapshot { try $0.study(withNumber: number) }
    }

    package func quarantine(before: FileID?, limit: Int) async throws(LedgerError) -> [DroppedFile] {
        try await snapshot { try $0.quarantine(before: before, limit: limit) }
    }

    package func auditAnchor() async throws(LedgerError) -> AuditAnchor? {
        try await snapshot { try $0.auditAnchor() }
    }
}
