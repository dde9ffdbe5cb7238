// The rules for corrections and for what people decide.

extension LedgerStorage {
    mutating func receive(_ submission: CorrectionSubmission, at now: Timestamp) throws -> CorrectionReceipt {
        guard let known = try correction(withDigest: submission.digest, intent: submission.intent) else {
            let correction = try insertCorrection(submission, at: now)
            try settleFile(of: submission, as: .stored(), at: now)
            try note("receive", correction, by: submission.submittedBy, at: now)
            return CorrectionReceipt(correction: correction, isDuplicate: false)
        }
        try settleFile(of: submission, as: .duplicate, at: now)
        guard submission.file == nil, known.state == .held else {
            return CorrectionReceipt(correction: known, isDuplicate: true)
        }
        let reopened = try release(
            known.id,
            matchingByNumber: submission.matchesByNumber,
            by: submission.submittedBy,
            at: now
        )
        return CorrectionReceipt(correction: reopened, isDuplicate: true)
    }

    private mutating func settleFile(
        of submission: CorrectionSubmission,
        as outcome: FileOutcome,
        at now: Timestamp
    ) throws {
        guard let id = submission.file else { return }
        guard var file = try file(id) else { throw LedgerError.noFile(id) }
        file.digest = submission.digest
        file.copy = submission.storePath
        try settle(file, as: outcome, by: "corrections", at: now)
    }

    mutating func release(
        _ id: CorrectionID,
        matchingByNumber: Bool,
        by actor: String,
        at now: Timestamp
    ) throws -> Correction {
        var correction = try existing(id)
        // Repeated after a crash.
        if correction.state == .received, correction.matchesByNumber == matchingByNumber { return correction }
        guard correction.state == .held else {
            throw LedgerError(.illegalTransition, "correction \(id.rawValue) is \(correction.state.rawValue), not held")
        }
        correction.state = .received
        correction.reason = nil
        correction.matchesByNumber = matchingByNumber
        try write(&correction, "release", by: actor, at: now)
        return correction
    }

    mutating func settle(_ id: CorrectionID, as finding: CorrectionFinding, at now: Timestamp) throws -> Correction {
        var correction = try existing(id)
        guard correction.state == .received else { return correction }
        correction.content = finding.content
        correction.series = finding.series
        switch finding.verdict {
        case .held(let reason): try hold(&correction, reason, at: now)
        case .counts(let id, let segments):
            guard var job = try job(id) else { throw LedgerError.noJob(id) }
            correction.job = id
            correction.series = job.series
            correction.segments = segments
            // Whoever drew what the program could not prompt for has corrected it, also where they say that there is nothing.
            let event = job.state == .needsPrompt ? .correct : correction.reviewEvent
            guard let next = job.state.after(event) else {
                try hold(&correction, .noResult, at: now)
                break
            }
            correction.state = .current
            correction.settled = now
            try supersede(by: correction, at: now)
            try write(&correction, "count", by: correction.author, at: now)
            job.state = next
            job.reason = correction.intent == .reject ? .rejectedByCopy : nil
            let verdict = ReviewNote(
                event,
                detail: correction.eventDetail,
                by: correction.author,
                work: correction.work
            )
            try review(job, verdict, at: now)
        }
        return correction
    }

    private mutating func hold(_ correction: inout Correction, _ reason: JobReason, at now: Timestamp) throws {
        correction.state = .held
        correction.reason = reason
        try write(&correction, "hold", by: "corrections", detail: reason.code, at: now)
    }

    /// The same author's earlier word, and what a correction was made from, give way to it.
    private mutating func supersede(by correction: Correction, at now: Timestamp) throws {
        guard let job = correction.job, correction.intent == .correct else { return }
        for other in try corrections(CorrectionFilter(states: [.current], job: job, intent: .correct)) {
            let isSameAuthor = correction.content?.author.map { $0 == other.content?.author } ?? false
            let isSameUser = correction.file == nil && other.file == nil && correction.author == other.author
            let isPredecessor = other.content.map { made in
                correction.content?.predecessors.contains(made.sopInstanceUID) ?? false
            }
            guard isSameAuthor || isSameUser || isPredecessor == true else { continue }
            try supersede(other, by: correction.id, actor: correction.author, at: now)
        }
    }

    private mutating func supersede(
        _ correction: Correction,
        by winner: CorrectionID?,
        actor: String,
        at now: Timestamp
    ) throws {
        var superseded = correction
        superseded.state = .superseded
        superseded.supersededBy = winner
        let detail = winner.map { "correction \($0.rawValue)" } ?? "result"
        try write(&superseded, "supersede", by: actor, detail: detail, at: now)
    }

    // MARK: - Decisions

    mutating func decide(
        _ id: JobID,
        _ decision: ReviewDecision,
        by reviewer: String,
        work: ReviewWork,
        at now: Timestamp
    ) throws {
        guard var job = try job(id) else { throw LedgerError.noJob(id) }
        let all = try corrections(CorrectionFilter(job: id, intent: .correct))
        let current = all.filter { $0.state == .current }
        let event: JobEvent
        var detail: String?
        var chosen: Correction?
        switch decision {
        case .accept:
            guard current.allSatisfy(\.isUnchanged) else { throw LedgerError.ambiguousAccept(job, current) }
            guard job.result != nil || !current.isEmpty else { throw LedgerError.noResult(of: job) }
            event = .accept
        case .acceptResult:
            guard job.result != nil else { throw LedgerError.noResult(of: job) }
            (event, detail) = (.accept, "result")
        case .acceptCorrection(let wanted):
            guard let found = all.first(where: { $0.id == wanted && $0.state != .held }), found.settled != nil else {
                throw LedgerError(.notFound, "job \(id.rawValue) has no correction \(wanted.rawValue) that counts")
            }
            chosen = found
            (event, detail) = (found.reviewEvent, found.eventDetail)
        case .reject: event = .reject
        }
        guard let next = job.state.after(event) else { throw LedgerError.illegal(event, in: job) }
        let reason = decision.reason
        let last = try events(of: .job(id)).last
        // Repeated, as after a crash between the deed and the answer.
        if job.state == next, job.reason == reason, last?.isSame(event, detail, by: reviewer) == true,
            try verdicts(ofJob: id).last?.work.segments ?? [] == work.segments
        {
            return
        }
        if event != .reject {
            for other in current where other.id != chosen?.id && (chosen != nil || decision == .acceptResult) {
                try supersede(other, by: chosen?.id, actor: reviewer, at: now)
            }
        }
        if var chosen, chosen.state == .superseded {
            chosen.state = .current
            chosen.supersededBy = nil
            try write(&chosen, "count", by: reviewer, at: now)
        }
        job.state = next
        job.reason = reason
        try review(job, ReviewNote(event, detail: detail, by: reviewer, work: work), at: now)
    }

    /// Writes a job that was reviewed, with who and when; what its corrections say of each other is on record already.
    mutating func review(_ job: Job, _ note: ReviewNote, at now: Timestamp) throws {
        var reviewed = job
        reviewed.review = JobReview(by: note.reviewer, at: now)
        reviewed.isConflict = Correction.conflict(among: try corrections(CorrectionFilter(job: job.id)))
        reviewed.updated = now
        try update(reviewed)
        let action = note.event.rawValue
        try append(
            EventEntry(actor: note.reviewer, subject: .job(job.id), action: action, detail: note.detail),
            at: now
        )
        try append(
            VerdictEntry(of: reviewed, note.event.verdict, by: note.reviewer, detail: note.detail, work: note.work),
            at: now
        )
    }

    // MARK: - Rows

    private func existing(_ id: CorrectionID) throws -> Correction {
        guard let correction = try correction(id) else {
            throw LedgerError(.notFound, "there is no correction \(id.rawValue)")
        }
        return correction
    }

    private mutating func write(
        _ correction: inout Correction,
        _ action: String,
        by actor: String,
        detail: String? = nil,
        at now: Timestamp
    ) throws {
        correction.updated = now
        try update(correction)
        try note(action, correction, by: actor, detail: detail, at: now)
    }

    private mutating func note(
        _ action: String,
        _ correction: Correction,
        by actor: String,
        detail: String? = nil,
        at now: Timestamp
    ) throws {
        let subject = EventSubject.correction(correction.id)
        try append(EventEntry(actor: actor, subject: subject, action: action, detail: detail), at: now)
    }
}

/// What a person said of a result, and what it cost.
struct ReviewNote {
    let event: JobEvent
    let detail: String?
    let reviewer: String
    let work: ReviewWork

    init(_ event: JobEvent, detail: String? = nil, by reviewer: String, work: ReviewWork = .unknown) {
        self.event = event
        self.detail = detail
        self.reviewer = reviewer
        self.work = work
    }
}

extension JobEvent {
    /// The verdict that an event is.
    fileprivate var verdict: ReviewVerdict {
        switch self {
        case .accept: .accepted
        case .correct: .corrected
        default: .rejected
        }
    }
}

extension Correction {
    fileprivate var reviewEvent: JobEvent { intent == .reject ? .reject : isUnchanged ? .accept : .correct }

    fileprivate var eventDetail: String { "correction \(id.rawValue)" }
}

extension ReviewDecision {
    fileprivate var reason: JobReason? {
        guard case .reject(let words) = self else { return nil }
        return JobReason("REJECTED", message: words)
    }
}

extension JobReason {
    fileprivate static let rejectedByCopy = JobReason(
        "REJECTED",
        message: "a copy of the result was handed in as rejected"
    )
    /// The job has no result that a person could judge.
    package static let noResult = JobReason(
        "NO_RESULT",
        message: "there is no result of this series that waits for review"
    )
}

extension LedgerEvent {
    fileprivate func isSame(_ event: JobEvent, _ detail: String?, by reviewer: String) -> Bool {
        action == event.rawValue && self.detail == detail && actor == reviewer
    }
}

extension LedgerError {
    /// A job that needed prompts has what people drew, and nothing of its own.
    fileprivate static func noResult(of job: Job) -> LedgerError {
        LedgerError(.illegalTransition, "job \(job.id.rawValue) has no result of its own that could be right")
    }

    fileprivate static func ambiguousAccept(_ job: Job, _ current: [Correction]) -> LedgerError {
        let numbers = current.map { String($0.id.rawValue) }.joined(separator: ", ")
        return LedgerError(
            .illegalTransition,
            "job \(job.id.rawValue) has been corrected (\(numbers)): say which one is right, or that the result itself is"
        )
    }
}
