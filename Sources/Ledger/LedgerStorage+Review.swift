// The rules for what the review page writes.

extension LedgerStorage {
    mutating func describe(_ display: SeriesDisplay, at now: Timestamp) throws {
        guard try series(display.series) != nil else { throw LedgerError.noSeries() }
        try save(display)
        // Whoever shows these jobs has to look again.
        for job in try jobs(JobFilter(series: display.series)) where job.supersededBy == nil {
            try append(EventEntry(actor: "worklist", subject: .job(job.id), action: "describe"), at: now)
        }
    }

    mutating func summarise(_ summary: JobSummary, at now: Timestamp) throws {
        guard var job = try job(summary.job) else { throw LedgerError.noJob(summary.job) }
        guard job.result?.receiptPath == summary.receiptPath, job.summary != summary.summary else { return }
        job.summary = summary.summary
        try update(job)
        try append(EventEntry(actor: "worklist", subject: .job(job.id), action: "describe"), at: now)
    }

    mutating func remember(_ anchor: AuditAnchor) throws {
        if let known = try auditAnchor(), known.number >= anchor.number { return }
        try save(anchor)
    }
}
