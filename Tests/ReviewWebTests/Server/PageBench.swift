import DurableFiles
import Foundation
import HTTPTypes
import Hummingbird
import Ledger
import Logging
import NIOCore
import NIOEmbedded
import Synchronization
import TestSupport
import Testing

@testable import ReviewWeb

/// A review page with users, whose clock a test moves, and that is asked without a socket.
struct PageBench {
    let ledger: InMemoryLedger
    let folder: RawPath
    let users: UserFile
    let audit: RawPath
    let clock: TestClock
    let log: CapturedLog
    let service: ReviewService
    let events: EventHub

    /// Quick to compute: what a guess costs is not what these tests look at.
    static let cost = PasswordHash.Cost(logRounds: 4, blockSize: 8, parallelism: 1)
    static let password = "correct horse"
    static let host = "127.0.0.1:8420"

    /// A page with a viewer, a reviewer and an administrator who all have the same password.
    static func run(
        _ settings: ReviewSettings = ReviewSettings(),
        areas: (InMemoryLedger, any ReviewAudit) -> [any ReviewRoutes] = { _, _ in [] },
        _ body: (PageBench) async throws -> Void
    ) async throws {
        try await withTemporaryFolder { folder in
            try await body(try PageBench(RawPath(folder.path), settings, areas))
        }
    }

    private init(
        _ folder: RawPath,
        _ settings: ReviewSettings,
        _ areas: (InMemoryLedger, any ReviewAudit) -> [any ReviewRoutes]
    ) throws {
        self.folder = folder
        users = UserFile(folder.appending("users.json"))
        audit = folder.appending("audit.jsonl")
        clock = TestClock()
        log = CapturedLog()
        let ledger = InMemoryLedger()
        self.ledger = ledger
        let hash = try PasswordHash(Self.password, cost: try #require(Self.cost)).text
        try users.edit { users in
            for (name, role) in [("vera", ReviewRole.viewer), ("rolf", .reviewer), ("anna", .admin)] {
                var user = try UserRecord(name: name, role: role)
                user.password = hash
                users.append(user)
            }
        }
        let (log, clock) = (log, clock)
        let logger = Logger(label: "test") { _ in log }
        let trail = AuditTrail(
            audit,
            study: { try await ledger.job($0)?.study },
            logger: logger,
            now: { clock.now }
        )
        let access = ReviewAccess(
            settings,
            users: try UserDirectory(users, decoyCost: try #require(Self.cost)),
            audit: trail,
            now: { clock.now }
        )
        events = EventHub(ledger: ledger, logger: logger)
        service = try ReviewService(
            settings,
            access: access,
            events: events,
            areas: areas(ledger, trail),
            logger: logger
        )
    }

    // MARK: - Asking

    /// An answer with its whole body.
    struct Answer {
        let status: HTTPResponse.Status
        let headers: HTTPFields
        let body: Data

        var text: String { String(decoding: body, as: UTF8.self) }

        /// The code of an error.
        var code: String? { (try? JSONDecoder().decode(Failure.self, from: body))?.error.code }

        func json<Value: Decodable>(_ type: Value.Type = Value.self) throws -> Value {
            let decoder = JSONDecoder()
            decoder.dateDecodingStrategy = .iso8601
            return try decoder.decode(type, from: body)
        }

        private struct Failure: Decodable {
            struct Content: Decodable { let code: String }
            let error: Content
        }
    }

    /// Sends a request as the settings' own page would, unless headers say otherwise.
    func ask(
        _ method: HTTPRequest.Method,
        _ path: String,
        _ headers: [String: String] = [:],
        body: String = "",
        host: String? = PageBench.host,
        from address: String = "127.0.0.1"
    ) async throws -> Answer {
        var fields = HTTPFields()
        for (name, value) in headers { fields[named: name] = value }
        let request = Request(
            head: HTTPRequest(method: method, scheme: "http", authority: host, path: path, headerFields: fields),
            body: RequestBody(buffer: ByteBuffer(string: body))
        )
        var context = ReviewContext(
            source: .init(channel: EmbeddedChannel(), logger: Logger(label: "request") { _ in log })
        )
        context.address = address
        let response = try await service.responder.respond(to: request, context: context)
        let collected = Collected()
        try await response.body.write(collected)
        return Answer(status: response.status, headers: response.headers, body: collected.data)
    }

    /// What the page puts into a request that changes something.
    static let deed = ["X-Preread": "1", "Origin": "http://\(host)"]

    /// Logs in, and answers the header that a browser would send from then on.
    func login(_ user: String, _ password: String = PageBench.password) async throws -> [String: String] {
        let answer = try await attempt(user, password)
        try #require(answer.status == .ok)
        let cookie = try #require(answer.headers[.setCookie]?.split(separator: ";").first)
        return ["Cookie": String(cookie)]
    }

    /// Tries to log in.
    func attempt(_ user: String, _ password: String, from address: String = "127.0.0.1") async throws -> Answer {
        let body = String(decoding: try JSONEncoder().encode(["user": user, "password": password]), as: UTF8.self)
        return try await ask(.post, "/api/login", Self.deed, body: body, from: address)
    }

    /// The audit's records.
    func records() throws -> [AuditRecord] {
        try AuditPage(audit, before: nil, limit: 1_000).records.reversed()
    }
}

/// Keeps what is written of a body.
private final class Collected: ResponseBodyWriter, Sendable {
    private let buffer = Mutex(Data())

    var data: Data { buffer.withLock { $0 } }

    func write(_ part: ByteBuffer) async throws { buffer.withLock { $0.append(contentsOf: part.readableBytesView) } }

    func finish(_ trailingHeaders: HTTPFields?) async throws {}
}

/// Time that a test lets pass.
final class TestClock: Sendable {
    private let moment = Mutex(ContinuousClock.now)

    var now: ContinuousClock.Instant { moment.withLock { $0 } }

    func advance(by duration: Duration) { moment.withLock { $0 += duration } }
}

/// Everything that was logged, as text.
final class CapturedLog: LogHandler, Sendable {
    private let kept = Mutex<[String]>([])

    var lines: [String] { kept.withLock { $0 } }

    var metadata: Logger.Metadata {
        get { [:] }
        set { kept.withLock { $0.append("\(newValue)") } }
    }

    var logLevel: Logger.Level {
        get { .trace }
        set {}
    }

    subscript(metadataKey key: String) -> Logger.MetadataValue? {
        get { nil }
        set { kept.withLock { $0.append("\(key) \(newValue.map { "\($0)" } ?? "")") } }
    }

    func log(event: LogEvent) {
        kept.withLock { $0.append("\(event.message) \(event.metadata ?? [:]) \(event.source)") }
    }
}
