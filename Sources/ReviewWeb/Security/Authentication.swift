import HTTPTypes
import Hummingbird

/// Finds out who asks, by session cookie or token, and refuses everybody else below the interface's paths.
struct Authentication: RouterMiddleware {
    typealias Context = ReviewContext

    let users: UserDirectory
    let sessions: Sessions
    let cookie: SessionCookie
    let rate: RequestRate

    /// What everybody may ask for.
    private static let open: Set<String> = ["/api/health", "/api/login"]

    func handle(
        _ request: Request,
        context: ReviewContext,
        next: (Request, ReviewContext) async throws -> Response
    ) async throws -> Response {
        let path = request.uri.path
        let isInterface = Self.isInterface(path)
        guard isInterface, !Self.open.contains(path) else { return try await next(request, context) }
        guard let visitor = try visitor(request, prolonging: !Self.isUnattended(request)) else {
            throw ReviewError(.unauthorized, "LOGIN_REQUIRED", "log in first")
        }
        guard rate.take(visitor.user.name) else {
            throw ReviewError(.tooManyRequests, "TOO_MANY_REQUESTS", "too many requests: wait a moment")
        }
        var context = context
        context.user = visitor.user
        context.session = visitor.session
        return try await next(request, context)
    }

    /// Whoever a request's token or cookie belongs to now.
    struct Visitor: Sendable, Hashable {
        let user: ReviewUser
        /// `nil` for programs.
        let session: SessionID?
    }

    /// Who asks; `nil` where the token was withdrawn, the session has ended, or there was neither.
    func visitor(_ request: Request, prolonging: Bool) throws -> Visitor? {
        if let field = request.headers[.authorization] {
            return try program(field).map { Visitor(user: $0, session: nil) }
        }
        guard let value = cookie.value(in: request) else { return nil }
        let id = SessionID(cookie: value)
        return try person(id, prolonging: prolonging).map { Visitor(user: $0, session: id) }
    }

    /// What a page asks for without anybody doing anything: its stream, its pictures, and what it says itself.
    private static func isUnattended(_ request: Request) -> Bool {
        let path = request.uri.path
        return path == "/api/events" || path.hasSuffix("/thumbnail")
            || request.headers[named: "X-Preread-Background"] != nil
    }

    static func isInterface(_ path: String) -> Bool {
        ReviewBase.allCases.contains { path == "/\($0.rawValue)" || path.hasPrefix("/\($0.rawValue)/") }
    }

    private func program(_ field: String) throws -> ReviewUser? {
        let parts = field.split(separator: " ")
        guard parts.count == 2, parts[0].lowercased() == "bearer" else { return nil }
        return try users.user(token: String(parts[1])).map { ReviewUser(name: $0.name, role: $0.role) }
    }

    /// A session counts as long as its user is there and the password is the same.
    private func person(_ id: SessionID, prolonging: Bool) throws -> ReviewUser? {
        guard let session = sessions.session(id, prolonging: prolonging) else { return nil }
        guard let user = try users.user(session.user), user.credential == session.credential else {
            sessions.end(id)
            return nil
        }
        return ReviewUser(name: user.name, role: user.role)
    }
}

/// The cookie that names a session.
struct SessionCookie: Sendable {
    let isSecure: Bool

    /// Browsers keep a `__Host-` cookie from being set by other hosts or without TLS (RFC 6265bis section 4.1.3.2).
    var name: String { isSecure ? "__Host-preread" : "preread" }

    func value(in request: Request) -> String? {
        for field in request.headers[values: .cookie] {
            for pair in field.split(separator: ";") {
                let parts = pair.drop { $0 == " " }.split(separator: "=", maxSplits: 1)
                if parts.count == 2, parts[0] == name[...] { return String(parts[1]) }
            }
        }
        return nil
    }

    /// Ends with the browser; never handed to scripts, never sent from another site's page.
    func field(_ value: String) -> String {
        "\(name)=\(value); Path=/; HttpOnly; SameSite=Strict" + (isSecure ? "; Secure" : "")
    }

    /// Has the browser forget it.
    var removal: String { field("") + "; Max-Age=0" }
}
