// What the review page reads and writes, in memory.

extension InMemoryStorage {
    package mutating func append(_ entry: VerdictEntry, at time: Timestamp) {
        verdicts.append(Verdict(id: VerdictID(rawValue: Int64(verdicts.count + 1)), time: time, entry: entry))
    }

    package func verdicts(ofJob job: JobID) -> [Verdict] { verdicts.filter { $0.job == job } }

    package mutating func save(_ display: SeriesDisplay) { displays[display.series] = display }

    package func display(ofSeries series: SeriesUID) -> SeriesDisplay? { displays[series] }

    package func undisplayedSeries(limit: Int) -> [SeriesUID] {
        Array(seriesUIDs.lazy.filter { displays[$0] == nil }.prefix(limit))
    }

    package func unsummarisedJobs(limit: Int) -> [Job] {
        Array(jobs.lazy.filter { $0.result != nil && $0.summary == nil }.prefix(limit))
    }

    package func studyNumber(_ uid: StudyUID) -> StudyNumber? {
        studyOrder.firstIndex(of: uid).map { StudyNumber(rawValue: Int64($0 + 1)) }
    }

    package func study(withNumber number: StudyNumber) -> Study? {
        let index = Int(number.rawValue) - 1
        return studyOrder.indices.contains(index) ? study(studyOrder[index]) : nil
    }

    package func quarantine(before: FileID?, limit: Int) -> [DroppedFile] {
        let held = files.reversed().lazy.filter { file in
            file.outcome.state == .quarantined && before.map { file.id < $0 } ?? true
        }
        return Array(held.prefix(limit))
    }

    package mutating func save(_ anchor: AuditAnchor) { self.anchor = anchor }

    package func auditAnchor() -> AuditAnchor? { anchor }

    // MARK: - Worklist

    package func worklistCounts() -> WorklistCounts {
        jobs.filter { $0.supersededBy == nil }.reduce(into: WorklistCounts()) { counts, job in
            counts.states[job.state, default: 0] += 1
            if job.isConflict { counts.conflicts += 1 }
        }
    }

    package func worklistRow(_ job: JobID) -> WorklistRow? {
        self.job(job).flatMap { row($0, rank: $0.lastChange) }
    }

    package func resultCounts(since moment: Timestamp) -> [Timestamp: Int] {
        let hour: Int64 = 3_600_000
        return events.filter { $0.action == JobEvent.annotate.rawValue && $0.time >= moment }
            .reduce(into: [:]) { counts, event in
                counts[Timestamp(milliseconds: event.time.milliseconds / hour * hour), default: 0] += 1
            }
    }

    package func worklist(_ query: WorklistQuery) -> [WorklistRow] {
        let isWaiting = query.selection.isWaiting
        let found = jobs.compactMap { job -> WorklistRow? in
            guard let rank = rank(of: job, in: query.selection), query.profile.map({ $0 == job.profile.id }) ?? true,
                query.search.map({ matches(job, $0) }) ?? true
            else { return nil }
            if let after = query.after {
                let order = (rank, job.id)
                guard isWaiting ? order > (after.rank, after.job) : order < (after.rank, after.job) else { return nil }
            }
            return row(job, rank: rank)
        }
        let sorted = found.sorted { left, right in
            isWaiting
                ? (left.rank, left.job.id) < (right.rank, right.job.id)
                : (left.rank, left.job.id) > (right.rank, right.job.id)
        }
        return Array(sorted.prefix(query.limit))
    }

    /// By which a job is ordered; `nil` where it is not selected.
    private func rank(of job: Job, in selection: WorklistSelection) -> Double? {
        switch selection {
        case .open: job.attention
        case .waiting(let state): job.state == state && !job.isConflict ? job.attention : nil
        case .state(let state): job.state == state && job.supersededBy == nil ? job.lastChange : nil
        case .all: job.lastChange
        }
    }

    private func matches(_ job: Job, _ search: WorklistSearch) -> Bool {
        if let uid = search.uid?.value {
            let volume = volumes[job.id] ?? []
            if [job.study.rawValue, job.series.rawValue, job.result?.segmentation?.sopInstanceUID.rawValue].contains(
                uid
            )
                || volume.contains(InstanceUID(uid))
            {
                return true
            }
        }
        guard let text = displays[job.series]?.searchText.value else { return false }
        return !search.words.value.isEmpty && search.words.value.allSatisfy { text.contains($0) }
    }

    private func row(_ job: Job, rank: Double) -> WorklistRow? {
        guard let study = study(job.study), let number = studyNumber(job.study), let series = series(job.series) else {
            return nil
        }
        return WorklistRow(
            job: job,
            rank: rank,
            study: (number, study.firstSeen),
            volume: (series.modality, volumes[job.id]?.count ?? 0),
            display: displays[job.series]
        )
    }
}

extension WorklistSelection {
    /// Whether the smallest rank comes first.
    package var isWaiting: Bool {
        switch self {
        case .open, .waiting: true
        case .state, .all: false
        }
    }
}

extension Job {
    fileprivate var lastChange: Double { Double(updated.milliseconds) }
}
