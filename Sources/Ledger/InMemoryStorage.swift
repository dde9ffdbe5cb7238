/// The rows of a ledger in memory.
package struct InMemoryStorage: LedgerStorage, Sendable {
    private struct Name: Hashable {
        let root: String
        let path: DroppedPath
    }

    // Rows by number: number n is at index n - 1.
    private(set) var files: [DroppedFile] = []
    private(set) var jobs: [Job] = []
    private(set) var events: [LedgerEvent] = []
    private(set) var volumes: [JobID: [InstanceUID]] = [:]
    private var current: [Name: FileID] = [:]
    private var instances: [InstanceUID: Instance] = [:]
    private var uidsByDigest: [ContentDigest: InstanceUID] = [:]
    private var allSeries: [SeriesUID: Series] = [:]
    private var studies: [StudyUID: Study] = [:]
    private var jobsByKey: [JobKey: JobID] = [:]
    private var corrections: [Correction] = []
    var verdicts: [Verdict] = []
    var displays: [SeriesUID: SeriesDisplay] = [:]
    /// In the order in which they came: number n is at index n - 1.
    var studyOrder: [StudyUID] = []
    var anchor: AuditAnchor?

    // MARK: - Files

    package mutating func insertFile(root: String, sighting: FileSighting, at time: Timestamp) -> DroppedFile {
        let id = FileID(rawValue: Int64(files.count + 1))
        let file = DroppedFile(id: id, root: root, sighting: sighting, firstSeen: time)
        files.append(file)
        current[Name(root: root, path: sighting.path)] = id
        return file
    }

    package mutating func update(_ file: DroppedFile) {
        files[Int(file.id.rawValue) - 1] = file
        let name = Name(root: file.root, path: file.path)
        if !file.isCurrent, current[name] == file.id { current[name] = nil }
    }

    package func file(_ id: FileID) -> DroppedFile? {
        files.indices.contains(Int(id.rawValue) - 1) ? files[Int(id.rawValue) - 1] : nil
    }

    package func currentFile(root: String, path: DroppedPath) -> DroppedFile? {
        current[Name(root: root, path: path)].flatMap(file)
    }

    package func files(_ filter: FileFilter) -> [DroppedFile] {
        let found = files.lazy.filter { file in
            (filter.states?.contains(file.outcome.state) ?? true)
                && (filter.reason.map { file.outcome.reason == $0 } ?? true)
                && (filter.root.map { file.root == $0 } ?? true)
                && (file.isCurrent || !filter.currentOnly) && (file.digest != nil || !filter.examinedOnly)
        }
        return Array(found.prefix(filter.limit))
    }

    package func files(ofStudy study: StudyUID, in state: FileState) -> [DroppedFile] {
        files.filter { $0.studyUID == study && $0.outcome.state == state }
    }

    package func fileTallies() -> [FileTally] {
        let counted = files.filter { $0.isCurrent || $0.outcome.state.isFinal || $0.digest != nil }
        let counts = Dictionary(grouping: counted) { [$0.outcome.state.rawValue, $0.outcome.reason ?? ""] }
        return counts.sorted { $0.key.lexicographicallyPrecedes($1.key) }.map { _, group in
            FileTally(state: group[0].outcome.state, reason: group[0].outcome.reason, count: group.count)
        }
    }

    // MARK: - Instances, series, studies

    package mutating func insert(_ instance: Instance) {
        instances[instance.identity.sopInstanceUID] = instance
        uidsByDigest[instance.digest] = instance.identity.sopInstanceUID
    }

    package func instance(_ uid: InstanceUID) -> Instance? { instances[uid] }

    package func instance(withDigest digest: ContentDigest) -> Instance? {
        uidsByDigest[digest].flatMap { instances[$0] }
    }

    package func instances(ofSeries series: SeriesUID) -> [Instance] {
        instances.values.filter { $0.identity.seriesUID == series }
            .sorted { $0.identity.sopInstanceUID < $1.identity.sopInstanceUID }
    }

    package func firstInstance(ofSeries series: SeriesUID) -> Instance? { instances(ofSeries: series).first }

    package mutating func save(_ series: Series) { allSeries[series.uid] = series }

    package func series(_ uid: SeriesUID) -> Series? { allSeries[uid] }

    package func series(in states: Set<SeriesState>) -> [Series] {
        sorted(allSeries.values.filter { states.contains($0.state) })
    }

    package func series(ofStudy study: StudyUID) -> [Series] {
        sorted(allSeries.values.filter { $0.study == study })
    }

    private func sorted(_ series: [Series]) -> [Series] {
        series.sorted { $0.uid.rawValue < $1.uid.rawValue }
    }

    package mutating func save(_ study: Study) {
        if studies.updateValue(study, forKey: study.uid) == nil { studyOrder.append(study.uid) }
    }

    /// The series that have come.
    var seriesUIDs: [SeriesUID] { allSeries.keys.sorted { $0.rawValue < $1.rawValue } }

    package func study(_ uid: StudyUID) -> Study? { studies[uid] }

    package func studies(offset: Int, limit: Int) -> [Study] {
        let sorted = studies.values.sorted {
            ($1.firstSeen.milliseconds, $0.uid.rawValue) < ($0.firstSeen.milliseconds, $1.uid.rawValue)
        }
        return Array(sorted.dropFirst(offset).prefix(limit))
    }

    // MARK: - Jobs

    package mutating func insertJob(_ plan: JobPlan, series: Series, at time: Timestamp) -> Job {
        let job = Job(id: JobID(rawValue: Int64(jobs.count + 1)), plan: plan, series: series, created: time)
        jobs.append(job)
        volumes[job.id] = plan.instances
        jobsByKey[job.key] = job.id
        return job
    }

    package mutating func update(_ job: Job) { jobs[Int(job.id.rawValue) - 1] = job }

    package func job(_ id: JobID) -> Job? {
        jobs.indices.contains(Int(id.rawValue) - 1) ? jobs[Int(id.rawValue) - 1] : nil
    }

    package func job(withKey key: JobKey) -> Job? { jobsByKey[key].flatMap(job) }

    package func jobs(_ filter: JobFilter) -> [Job] {
        let found = jobs.lazy.filter { job in
            (filter.states?.contains(job.state) ?? true)
                && (filter.series.map { job.series == $0 } ?? true)
                && (filter.study.map { job.study == $0 } ?? true)
        }
        return Array(found.prefix(filter.limit))
    }

    package func jobCounts() -> [JobState: Int] {
        jobs.reduce(into: [:]) { $0[$1.state, default: 0] += 1 }
    }

    package func nextQueuedJob(at time: Timestamp) -> Job? {
        jobs.first { $0.state == .queued && $0.notBefore <= time }
    }

    package func jobsWithLease(expiredAt time: Timestamp) -> [Job] {
        jobs.filter { job in job.state == .running && job.lease.map { $0.expires <= time } ?? true }
    }

    package func instances(ofJob job: JobID) -> [Instance] {
        (volumes[job] ?? []).compactMap { instances[$0] }
    }

    package func job(withSegmentation uid: InstanceUID) -> Job? {
        jobs.first { $0.result?.segmentation?.sopInstanceUID == uid }
    }

    package func reviewCounts(after moment: Timestamp) -> [JobState: Int] {
        jobs.filter { job in job.state.isReviewed && job.review.map { $0.time > moment } ?? false }
            .reduce(into: [:]) { $0[$1.state, default: 0] += 1 }
    }

    // MARK: - Corrections

    package mutating func insertCorrection(_ submission: CorrectionSubmission, at time: Timestamp) -> Correction {
        let id = CorrectionID(rawValue: Int64(corrections.count + 1))
        let correction = Correction(id: id, submission: submission, received: time)
        corrections.append(correction)
        return correction
    }

    package mutating func update(_ correction: Correction) { corrections[Int(correction.id.rawValue) - 1] = correction }

    package func correction(_ id: CorrectionID) -> Correction? {
        corrections.indices.contains(Int(id.rawValue) - 1) ? corrections[Int(id.rawValue) - 1] : nil
    }

    package func correction(withDigest digest: ContentDigest, intent: CorrectionIntent) -> Correction? {
        corrections.first { $0.digest == digest && $0.intent == intent }
    }

    package func correction(withSegmentation uid: InstanceUID) -> Correction? {
        corrections.last { $0.content?.sopInstanceUID == uid }
    }

    package func corrections(_ filter: CorrectionFilter) -> [Correction] {
        corrections.filter { correction in
            (filter.states?.contains(correction.state) ?? true)
                && (filter.job.map { correction.job == $0 } ?? true)
                && (filter.intent.map { correction.intent == $0 } ?? true)
        }
    }

    package func correctionCounts(of intent: CorrectionIntent?) -> [CorrectionState: Int] {
        corrections.filter { intent == nil || $0.intent == intent }
            .reduce(into: [:]) { $0[$1.state, default: 0] += 1 }
    }

    // MARK: - Events

    package func events(of subject: EventSubject) -> [LedgerEvent] { events.filter { $0.subject == subject } }

    package mutating func append(_ entry: EventEntry, at time: Timestamp) {
        events.append(LedgerEvent(id: EventID(rawValue: Int64(events.count + 1)), time: time, entry: entry))
    }

    package func events(after: EventID?, limit: Int) -> [LedgerEvent] {
        Array(events.dropFirst(Int(after?.rawValue ?? 0)).prefix(limit))
    }

    package func lastEvent() -> EventID? { events.last?.id }
}
