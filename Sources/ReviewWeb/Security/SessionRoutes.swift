import HTTPTypes
import Hummingbird
import Logging

/// Logging in and out. The only routes beside the health check that need no session.
struct SessionRoutes: ReviewRoutes {
    let users: UserDirectory
    let sessions: Sessions
    let cookie: SessionCookie
    let limit: AttemptLimit
    let audit: any ReviewAudit
    let idleMinutes: Int

    private struct Credentials: Decodable {
        let user: String
        let password: String
    }

    private struct Answer: Encodable {
        let user: String
        let role: ReviewRole
        let language: String
        let idleMinutes: Int
    }

    func add(to group: ReviewGroup) {
        group.get("session", use: session)
        group.post("logout", .viewer, use: logout)
    }

    func login(_ request: Request, _ context: ReviewContext) async throws -> Response {
        let given = try await request.json(as: Credentials.self, limit: 4_096)
        let keys = ["address \(context.address)", "user \(given.user)"]
        guard limit.take(keys) else {
            try await audit.note(AuditEntry(.loginLimited, from: context.address))
            throw ReviewError(.tooManyRequests, "TOO_MANY_TRIES", "too many tries: wait a minute and try again")
        }
        guard given.password.utf8.count <= 1_024, let user = try await users.user(given.user, password: given.password)
        else {
            // What was typed as a name may be a password: only a name that exists is noted.
            let known = try users.user(given.user)?.name
            try await audit.note(AuditEntry(.loginFailed, by: known, from: context.address))
            context.logger.notice("a log-in failed")
            throw ReviewError(.unauthorized, "LOGIN_FAILED", "user or password is wrong")
        }
        limit.giveBack(keys)
        try await audit.note(AuditEntry(.login, by: user.name, from: context.address))
        var response = try answer(user).response(from: request, context: context)
        response.headers[.setCookie] = cookie.field(sessions.begin(user))
        return response
    }

    private func logout(_ request: Request, _ context: ReviewContext) async throws -> Response {
        let user = try context.user(.viewer)
        if let session = context.session { sessions.end(session) }
        try await audit.note(AuditEntry(.logout, by: user.name, from: context.address))
        return Response(status: .noContent, headers: [.setCookie: cookie.removal])
    }

    private func session(_ request: Request, _ context: ReviewContext) async throws -> Response {
        guard let user = try users.user(try context.user(.viewer).name) else {
            throw ReviewError(.unauthorized, "LOGIN_REQUIRED", "log in first")
        }
        return try answer(user).response(from: request, context: context)
    }

    private func answer(_ user: UserRecord) -> JSONAnswer<Answer> {
        JSONAnswer(Answer(user: user.name, role: user.role, language: user.language, idleMinutes: idleMinutes))
    }
}
