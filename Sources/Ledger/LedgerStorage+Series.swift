// The rules by which a settled series gets its jobs.

extension LedgerStorage {
    mutating func plan(_ plan: SeriesPlan, at now: Timestamp) throws -> [Job]? {
        guard var series = try series(plan.series) else { throw LedgerError.noSeries() }
        guard series.state == .receiving, series.instanceCount == plan.instanceCount else { return nil }
        series.revision += 1
        series.flags = []
        var jobs: [Job] = []
        switch plan.decision {
        case .jobs(let plans):
            series.state = .planned
            series.flags = Array(Set(plans.flatMap(\.flags))).sorted()
            for plan in plans { jobs.append(try ensureJob(for: plan, of: series, at: now)) }
        case .unmatched(let reason, let message):
            series.state = .unmatched
            series.reason = reason
            series.message = message
        }
        try save(series)
        let entry = EventEntry(
            actor: "ingest",
            subject: .series(series.uid),
            action: series.state.rawValue,
            detail: series.reason
        )
        try append(entry, at: now)
        try supersede(jobsOf: series, by: jobs, at: now)
        return jobs
    }

    mutating func reopen(_ uid: SeriesUID, by actor: String, at now: Timestamp) throws {
        guard var series = try series(uid) else { throw LedgerError.noSeries() }
        switch series.state {
        case .receiving: return
        case .held: throw LedgerError(.illegalTransition, "the series belongs to a held study: release the study")
        case .planned, .unmatched: break
        }
        series.state = .receiving
        series.reason = nil
        series.message = nil
        try save(series)
        try append(EventEntry(actor: actor, subject: .series(uid), action: "reopen"), at: now)
    }

    private mutating func ensureJob(for plan: JobPlan, of series: Series, at now: Timestamp) throws -> Job {
        guard var job = try job(withKey: plan.key) else {
            let job = try insertJob(plan, series: series, at: now)
            let entry = EventEntry(actor: "ingest", subject: .job(job.id), action: "enqueue", detail: plan.profile.id)
            try append(entry, at: now)
            return job
        }
        job.supersededBy = nil
        // What the program withdrew it may ask for again; what a person withdrew it may not.
        if job.state == .cancelled, job.reason == .superseded || job.reason == .identityConflict {
            return try requeue(job, by: "ingest", at: now)
        }
        try update(job)
        return job
    }

    /// Takes the place of what older plans of the series left open.
    private mutating func supersede(jobsOf series: Series, by plan: [Job], at now: Timestamp) throws {
        let kept = Set(plan.map(\.id))
        for var job in try jobs(JobFilter(series: series.uid)) where !kept.contains(job.id) {
            job.supersededBy = plan.first?.id
            if job.state.after(.cancel) != nil {
                try cancel(job, reason: .superseded, by: "ingest", at: now)
            } else {
                try update(job)
            }
        }
    }
}
