/// The part of a ledger that the review page writes beside decisions.
package protocol ReviewLedger: Sendable {
    /// Records what worklists show of series.
    func describe(_ displays: [SeriesDisplay]) async throws(LedgerError)

    /// Records what results are worth a look for, where they are still the results of their jobs.
    func summarise(_ summaries: [JobSummary]) async throws(LedgerError)

    /// Remembers where the audit ended; an older end than the one remembered changes nothing.
    func remember(_ anchor: AuditAnchor) async throws(LedgerError)
}

/// What the receipt of a job's result was read for.
package struct JobSummary: Sendable, Hashable {
    package let job: JobID
    /// ``JobResult/receiptPath`` of the result that was read.
    package let receiptPath: String
    package let summary: ResultSummary

    package init(job: JobID, receiptPath: String, summary: ResultSummary) {
        self.job = job
        self.receiptPath = receiptPath
        self.summary = summary
    }
}

/// A line of the audit that has to be there: an audit that was cut off is shorter than the ledger remembers.
package struct AuditAnchor: Sendable, Hashable {
    /// The line's number, from 1.
    package let number: Int64
    /// Of the line.
    package let digest: ContentDigest

    package init(number: Int64, digest: ContentDigest) {
        self.number = number
        self.digest = digest
    }
}
