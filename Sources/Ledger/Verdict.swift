/// The number of a verdict in its ledger.
package struct VerdictID: RawRepresentable, Sendable, Hashable, Codable, Comparable {
    package let rawValue: Int64

    package init(rawValue: Int64) { self.rawValue = rawValue }

    package static func < (left: VerdictID, right: VerdictID) -> Bool { left.rawValue < right.rawValue }
}

/// What a person says of one segment.
package struct SegmentVerdict: Sendable, Hashable, Codable {
    /// Right or wrong.
    package enum Decision: String, Sendable, Hashable, Codable, CaseIterable {
        case accept
        case reject
    }

    /// Names the segment inside of the job: its Segment Number in the result, or a name for one that the result has not.
    package let key: String
    package let verdict: Decision

    package init(key: String, verdict: Decision) {
        self.key = key
        self.verdict = verdict
    }
}

/// How much a person changed a segment.
package struct SegmentEffort: Sendable, Hashable, Codable {
    /// As in ``SegmentVerdict/key``.
    package let key: String
    /// Of the two masks, 0 to 1.
    package let dice: Double?
    /// Mean distance of the two surfaces in mm.
    package let surfaceMM: Double?
    /// Outline that was not there before, in mm.
    package let addedPathMM: Double?

    package init(key: String, dice: Double?, surfaceMM: Double?, addedPathMM: Double?) {
        self.key = key
        self.dice = dice
        self.surfaceMM = surfaceMM
        self.addedPathMM = addedPathMM
    }
}

/// What a verdict cost, and what it says of single segments.
package struct ReviewWork: Sendable, Hashable, Codable {
    /// Seconds that the person was at work on the case; `nil` where nobody measured.
    package var seconds: Double?
    /// One for each segment that was compared.
    package var effort: [SegmentEffort]
    /// Empty where the verdict is of the whole.
    package var segments: [SegmentVerdict]

    package init(seconds: Double? = nil, effort: [SegmentEffort] = [], segments: [SegmentVerdict] = []) {
        self.seconds = seconds
        self.effort = effort
        self.segments = segments
    }

    /// Nothing is known of it, as for a verdict from the command line.
    package static let unknown = ReviewWork()
}

/// A person's verdict on a result. Verdicts are appended and never changed: the newest one of a job counts.
package struct Verdict: Sendable, Hashable, Identifiable {
    package let id: VerdictID
    package let job: JobID
    package let verdict: ReviewVerdict
    package let reviewer: String
    package let time: Timestamp
    /// `correction 7`, or `result`; `nil` where nothing more was said.
    package let detail: String?
    /// Why the result was rejected, in the person's words.
    package let reason: String?
    /// Of the model whose result was judged.
    package let modelDigest: ContentDigest
    package let work: ReviewWork

    /// Collects a row of the ledger.
    package init(id: VerdictID, time: Timestamp, entry: VerdictEntry) {
        self.id = id
        self.time = time
        job = entry.job
        verdict = entry.verdict
        reviewer = entry.reviewer
        detail = entry.detail
        reason = entry.reason
        modelDigest = entry.modelDigest
        work = entry.work
    }
}

/// A verdict before it has a number and a time.
package struct VerdictEntry: Sendable, Hashable {
    package let job: JobID
    package let verdict: ReviewVerdict
    package let reviewer: String
    package let detail: String?
    package let reason: String?
    package let modelDigest: ContentDigest
    package let work: ReviewWork

    package init(
        of job: Job,
        _ verdict: ReviewVerdict,
        by reviewer: String,
        detail: String?,
        work: ReviewWork
    ) {
        self.init(
            job: job.id,
            verdict: verdict,
            reviewer: reviewer,
            explanation: (detail, verdict == .rejected ? job.reason?.message : nil),
            modelDigest: job.modelDigest,
            work: work
        )
    }

    package init(
        job: JobID,
        verdict: ReviewVerdict,
        reviewer: String,
        explanation: (detail: String?, reason: String?),
        modelDigest: ContentDigest,
        work: ReviewWork
    ) {
        self.job = job
        self.verdict = verdict
        self.reviewer = reviewer
        detail = explanation.detail
        reason = explanation.reason
        self.modelDigest = modelDigest
        self.work = work
    }
}
