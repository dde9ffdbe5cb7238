import HTTPTypes
import Hummingbird
import Ledger

/// Verdicts on results, and what else a person decides of a job.
package struct DecisionRoutes: ReviewRoutes {
    private let ledger: any LedgerQueries
    private let deeds: any ReviewDeeds
    private let audit: any ReviewAudit

    private static let longestReason = 500
    /// Nobody works on one case for longer than a day.
    private static let mostSeconds = 86_400.0
    private static let mostSegments = 500

    /// Decisions of a ledger's jobs.
    package init(ledger: any LedgerQueries, deeds: any ReviewDeeds, audit: any ReviewAudit) {
        self.ledger = ledger
        self.deeds = deeds
        self.audit = audit
    }

    private struct Decision: Decodable {
        enum Kind: String, Decodable {
            case accept
            case acceptResult
            case acceptCorrection
            case reject
        }

        let decision: Kind
        let correction: Int64?
        let reason: String?
        let seconds: Double?
        let segments: [SegmentVerdict]?
    }

    private struct Requeue: Decodable {
        enum Action: String, Decodable {
            case retry
            case cancel
            case replan
        }

        let action: Action
    }

    private struct Answer: Encodable {
        let job: Int64
        let state: String
        let message: String
    }

    package func add(to group: ReviewGroup) {
        group.post("jobs/:job/decisions", .reviewer, use: decide)
        group.post("jobs/:job/requeue", .reviewer, use: requeue)
    }

    private func decide(_ request: Request, _ context: ReviewContext) async throws -> JSONAnswer<Answer> {
        let job = try await self.job(context)
        let decision = try await request.json(as: Decision.self)
        let work = try Self.work(decision)
        let deed = try deed(decision, on: job)
        return try await perform(
            deed,
            AuditEntry(.decision, job: job.id.rawValue, study: job.study.rawValue, detail: decision.decision.rawValue),
            context,
            work
        )
    }

    private func deed(_ decision: Decision, on job: Job) throws(ReviewError) -> ReviewDeed {
        switch decision.decision {
        case .accept: return .accept(job.id, .undisputed)
        case .acceptResult: return .accept(job.id, .result)
        case .acceptCorrection:
            guard let correction = decision.correction else { throw .badRequest("say which correction is right") }
            return .accept(job.id, .correction(CorrectionID(rawValue: correction)))
        case .reject:
            let reason = decision.reason?.split { $0.isNewline || $0.isWhitespace }.joined(separator: " ") ?? ""
            guard (1...Self.longestReason).contains(reason.count) else {
                throw .badRequest("a rejection needs a reason of at most \(Self.longestReason) characters")
            }
            return .reject(job.id, reason: reason)
        }
    }

    private static func work(_ decision: Decision) throws(ReviewError) -> ReviewWork {
        let segments = decision.segments ?? []
        if let seconds = decision.seconds, !(0...mostSeconds).contains(seconds) {
            throw .badRequest("seconds are from 0 to \(Int(mostSeconds))")
        }
        guard segments.count <= mostSegments, segments.allSatisfy({ $0.key.utf8.count <= 128 }),
            Set(segments.map(\.key)).count == segments.count
        else { throw .badRequest("each segment has one verdict") }
        return ReviewWork(seconds: decision.seconds, segments: segments)
    }

    private func requeue(_ request: Request, _ context: ReviewContext) async throws -> JSONAnswer<Answer> {
        let job = try await self.job(context)
        let action = try await request.json(as: Requeue.self).action
        let deed: ReviewDeed =
            switch action {
            case .retry: .retry(job.id)
            case .cancel: .cancel(job.id)
            case .replan: .replan(job.id)
            }
        return try await perform(
            deed,
            AuditEntry(.requeue, job: job.id.rawValue, study: job.study.rawValue, detail: action.rawValue),
            context,
            .unknown
        )
    }

    // MARK: - Doing

    /// A result cannot be accepted as it is while corrections say otherwise: whoever does has to say which is right.
    private func naming(_ deed: ReviewDeed, _ body: () async throws -> String) async throws -> String {
        do {
            return try await body()
        } catch let error as LedgerError where error.code == .illegalTransition {
            guard case .accept(let job, .undisputed) = deed else { throw error }
            let filter = CorrectionFilter(states: [.current], job: job, intent: .correct)
            guard try await ledger.corrections(filter).contains(where: { !$0.isUnchanged }) else { throw error }
            throw ReviewError(
                .conflict,
                "CONFLICT",
                error.message,
                remedy: "choose a correction, or the result"
            )
        }
    }

    private func job(_ context: ReviewContext) async throws -> Job {
        guard let job = try await ledger.job(try context.job) else {
            throw ReviewError.notFound("there is no such job")
        }
        return job
    }

    /// Noted first: what cannot be noted is not done.
    private func perform(
        _ deed: ReviewDeed,
        _ entry: AuditEntry,
        _ context: ReviewContext,
        _ work: ReviewWork
    ) async throws -> JSONAnswer<Answer> {
        let user = try context.user(.reviewer)
        var entry = entry
        entry.user = user.name
        entry.address = context.address
        try await audit.note(entry)
        let message: String
        do {
            message = try await naming(deed) { try await deeds.perform(deed, by: user, work: work) }
        } catch {
            entry.event = .refused
            try await audit.note(entry)
            throw error
        }
        let job = try await self.job(context)
        return JSONAnswer(Answer(job: job.id.rawValue, state: job.state.rawValue, message: message))
    }
}
