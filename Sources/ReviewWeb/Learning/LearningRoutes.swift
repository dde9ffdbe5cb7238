import Foundation
import HTTPTypes
import Hummingbird

/// What models learnt, and what a person decides of it.
package struct LearningRoutes: ReviewRoutes {
    private let learning: any ReviewLearning
    private let audit: any ReviewAudit

    private static let longestReason = 500
    private static let longestName = 200

    /// Learning at a site.
    package init(_ learning: any ReviewLearning, audit: any ReviewAudit) {
        self.learning = learning
        self.audit = audit
    }

    private struct Promotion: Decodable {
        let model: String
        let reason: String?
    }

    private struct Rollback: Decodable {
        let reason: String?
    }

    private struct Message: Encodable {
        let message: String
    }

    package func add(to group: ReviewGroup) {
        group.get("learning") { _, _ in Response.json(try await learning.overview()) }
        group.get("learning/runs/:run") { _, context in
            guard let run = try await learning.run(try Self.run(context)) else { throw Self.noRun }
            return Response.json(run)
        }
        group.get("learning/runs/:run/report", use: report)
        group.post("learning/runs", .admin, use: start)
        group.post("learning/runs/:run/stop", .admin, use: stop)
        group.post("learning/promote", .admin, use: promote)
        group.post("learning/rollback", .admin, use: rollBack)
    }

    /// The report is a page of its own: it may draw, and nothing else.
    private func report(_ request: Request, _ context: ReviewContext) async throws -> Response {
        guard let page = try await learning.reportPage(try Self.run(context)) else { throw Self.noRun }
        var headers: HTTPFields = [.contentType: "text/html; charset=utf-8", .cacheControl: "no-store"]
        headers[named: "Content-Security-Policy"] =
            "sandbox; default-src 'none'; style-src 'unsafe-inline'; img-src data:; frame-ancestors 'none'; base-uri 'none'"
        return Response(status: .ok, headers: headers, body: .init(byteBuffer: ByteBuffer(bytes: page)))
    }

    private func start(_ request: Request, _ context: ReviewContext) async throws -> JSONAnswer<Message> {
        let user = try await note(.train, "start", context)
        try await learning.start(by: user)
        return JSONAnswer(Message(message: "the run begins"), status: .accepted)
    }

    private func stop(_ request: Request, _ context: ReviewContext) async throws -> JSONAnswer<Message> {
        let run = try Self.run(context)
        _ = try await note(.train, "stop \(run)", context)
        return JSONAnswer(Message(message: try await learning.stop(run)))
    }

    private func promote(_ request: Request, _ context: ReviewContext) async throws -> JSONAnswer<Message> {
        let promotion = try await request.json(as: Promotion.self)
        guard (1...Self.longestName).contains(promotion.model.utf8.count) else {
            throw ReviewError.badRequest("name a model")
        }
        let reason = try Self.reason(promotion.reason)
        let user = try await note(.promote, promotion.model, context)
        try await learning.promote(promotion.model, by: user, reason: reason)
        return JSONAnswer(Message(message: "\(promotion.model) is used from now on"))
    }

    private func rollBack(_ request: Request, _ context: ReviewContext) async throws -> JSONAnswer<Message> {
        let reason = try Self.reason(try await request.json(as: Rollback.self).reason)
        let user = try await note(.rollback, nil, context)
        try await learning.rollBack(by: user, reason: reason)
        return JSONAnswer(Message(message: "the model before is used again"))
    }

    // MARK: - Parts

    /// Noted first: what cannot be noted is not done.
    private func note(_ event: AuditEvent, _ detail: String?, _ context: ReviewContext) async throws -> ReviewUser {
        let user = try context.user(.admin)
        try await audit.note(AuditEntry(event, by: user.name, from: context.address, detail: detail))
        return user
    }

    /// The id of a run: letters, digits and `-`, as runs are named.
    private static func run(_ context: ReviewContext) throws(ReviewError) -> String {
        guard let id = context.parameters.get("run"), (1...64).contains(id.utf8.count),
            id.utf8.allSatisfy({ byte in
                let letter = Character(UnicodeScalar(byte))
                return letter.isASCII && (letter.isLetter || letter.isNumber || letter == "-")
            })
        else { throw noRun }
        return id
    }

    private static func reason(_ text: String?) throws(ReviewError) -> String {
        let reason = text?.split { $0.isNewline || $0.isWhitespace }.joined(separator: " ") ?? ""
        guard reason.count <= longestReason else {
            throw .badRequest("a reason has at most \(longestReason) characters")
        }
        return reason.isEmpty ? "decided on the review page" : reason
    }

    private static var noRun: ReviewError { .notFound("there is no such training run") }
}
