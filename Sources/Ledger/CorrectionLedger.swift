/// The part of a ledger that records what people say of results.
package protocol CorrectionLedger: Sendable {
    /// Puts a file that was handed in on record, and gives the dropped file that it came from its final state.
    ///
    /// The same bytes with the same intent keep their row, and the dropped file is a `duplicate`. Handed in again on the command
    /// line, one that is held is to be judged anew.
    func receive(_ submission: CorrectionSubmission) async throws(LedgerError) -> CorrectionReceipt

    /// Records what the judgement of a received correction found, and the review of its job with it.
    ///
    /// A correction takes the place of those of the same job that are by the same author or that it was made from; others stay
    /// beside it. One that was settled before is left as it is, so that a repetition after a crash does nothing.
    func settle(_ correction: CorrectionID, as finding: CorrectionFinding) async throws(LedgerError) -> Correction

    /// Has a held correction judged again.
    func release(
        _ correction: CorrectionID,
        matchingByNumber: Bool,
        by actor: String
    ) async throws(LedgerError) -> Correction

    /// Records a person's decision on a job, with what it cost. Repeating the last one does nothing.
    func decide(
        _ job: JobID,
        _ decision: ReviewDecision,
        by reviewer: String,
        work: ReviewWork
    ) async throws(LedgerError)
}

extension CorrectionLedger {
    /// Records a person's decision of which nobody measured what it cost.
    package func decide(
        _ job: JobID,
        _ decision: ReviewDecision,
        by reviewer: String
    ) async throws(LedgerError) {
        try await decide(job, decision, by: reviewer, work: .unknown)
    }
}

/// What became of a submission.
package struct CorrectionReceipt: Sendable, Hashable {
    package let correction: Correction
    /// Whether the bytes were on record before.
    package let isDuplicate: Bool

    package init(correction: Correction, isDuplicate: Bool) {
        self.correction = correction
        self.isDuplicate = isDuplicate
    }
}

/// What a person decides on a job.
package enum ReviewDecision: Sendable, Hashable, Codable {
    /// The result is right. Refused while corrections count that say otherwise.
    case accept
    /// The program's own result is right; corrections that count are set aside.
    case acceptResult
    /// This correction is right, and takes the place of the others.
    case acceptCorrection(CorrectionID)
    /// The result is wrong, for a reason in the person's words.
    case reject(String)
}

/// Which corrections are wanted; what is `nil` does not matter.
package struct CorrectionFilter: Sendable, Hashable {
    package var states: Set<CorrectionState>?
    package var job: JobID?
    package var intent: CorrectionIntent?

    package init(states: Set<CorrectionState>? = nil, job: JobID? = nil, intent: CorrectionIntent? = nil) {
        self.states = states
        self.job = job
        self.intent = intent
    }
}
