import DurableFiles
import Foundation
import HTTPTypes
import Hummingbird
import NIOCore
import Testing

@testable import ReviewWeb

@Suite("Sessions") struct SessionTests {
    @Test("A log-in answers who it is and a cookie that scripts and other sites do not get")
    func logInSetsAStrictCookie() async throws {
        try await PageBench.run { page in
            let answer = try await page.attempt("rolf", PageBench.password)
            #expect(answer.status == .ok)
            let told = try answer.json([String: Told].self)
            #expect(told["user"] == .text("rolf") && told["role"] == .text("reviewer"))
            #expect(told["language"] == .text("en") && told["idleMinutes"] == .number(15))
            let cookie = try #require(answer.headers[.setCookie])
            #expect(cookie.hasPrefix("preread=") && cookie.hasSuffix("; Path=/; HttpOnly; SameSite=Strict"))
            let session = try await page.ask(.get, "/api/session", try await page.login("rolf"))
            #expect(session.status == .ok)
        }
    }

    @Test("Under TLS the cookie has the prefix that browsers guard, and only travels encrypted")
    func cookieOfSecurePagesIsGuarded() async throws {
        var settings = ReviewSettings()
        settings.proxy = .init(
            addresses: ["10.0.0.5"],
            header: "X-Proxy",
            secret: "0123456789abcdef0123456789abcdef"
        )
        try await PageBench.run(settings) { page in
            let headers = [
                "X-Preread": "1", "Origin": "https://127.0.0.1:8420", "X-Proxy": "0123456789abcdef0123456789abcdef",
            ]
            let body = "{\"user\":\"rolf\",\"password\":\"\(PageBench.password)\"}"
            let answer = try await page.ask(.post, "/api/login", headers, body: body, from: "10.0.0.5")
            let cookie = try #require(answer.headers[.setCookie])
            #expect(cookie.hasPrefix("__Host-preread=") && cookie.hasSuffix("; Secure"))
            #expect(answer.headers[named: "Strict-Transport-Security"] != nil)
        }
    }

    @Test("A session ends with the log-out, and its cookie is worth nothing then")
    func logOutEndsTheSession() async throws {
        try await PageBench.run { page in
            let cookie = try await page.login("rolf")
            let out = try await page.ask(.post, "/api/logout", cookie.merging(PageBench.deed) { first, _ in first })
            #expect(out.status == .noContent)
            #expect(try await page.ask(.get, "/api/session", cookie).status == .unauthorized)
        }
    }

    @Test("Nobody stays logged in who does nothing, and what the page asks by itself does not count")
    func idleSessionsEnd() async throws {
        try await PageBench.run(areas: AllAreas.areas) { page in
            let cookie = try await page.login("rolf")
            page.clock.advance(by: .seconds(14 * 60))
            #expect(try await page.ask(.get, "/api/session", cookie).status == .ok)
            page.clock.advance(by: .seconds(14 * 60))
            let background = cookie.merging(["X-Preread-Background": "1"]) { first, _ in first }
            #expect(try await page.ask(.get, "/api/session", background).status == .ok)
            #expect(try await page.ask(.get, "/api/jobs/1/thumbnail", cookie).status == .notFound)
            page.clock.advance(by: .seconds(61))
            #expect(try await page.ask(.get, "/api/session", cookie).status == .unauthorized)
        }
    }

    @Test("Not even work without a pause keeps a session for longer than half a day")
    func sessionsHaveAnEnd() async throws {
        try await PageBench.run { page in
            let cookie = try await page.login("rolf")
            var status = HTTPResponse.Status.ok
            for _ in 1...72 {
                page.clock.advance(by: .seconds(600))
                status = try await page.ask(.get, "/api/session", cookie).status
            }
            #expect(status == .unauthorized)
        }
    }

    @Test("A user who is removed, or gets another password, is out at once; another role counts at once")
    func changesOfUsersCountAtOnce() async throws {
        try await PageBench.run { page in
            let rolf = try await page.login("rolf")
            let vera = try await page.login("vera")
            let anna = try await page.login("anna")
            let hash = try PasswordHash("another password", cost: try #require(PageBench.cost)).text
            try page.users.edit { users in
                users.removeAll { $0.name == "rolf" }
                for index in users.indices where users[index].name == "anna" { users[index].password = hash }
                for index in users.indices where users[index].name == "vera" { users[index].role = .admin }
            }
            #expect(try await page.ask(.get, "/api/session", rolf).status == .unauthorized)
            #expect(try await page.ask(.get, "/api/session", anna).status == .unauthorized)
            let told = try await page.ask(.get, "/api/session", vera).json([String: Told].self)
            #expect(told["role"] == .text("admin"))
        }
    }

    @Test("A token works until it is withdrawn, is kept as its digest alone, and is no session")
    func tokensWork() async throws {
        try await PageBench.run { page in
            let made = NewToken(label: "archive")
            try page.users.edit { $0[0].tokens.append(made.record) }
            let headers = ["Authorization": "Bearer \(made.secret)"]
            #expect(try await page.ask(.get, "/api/session", headers).status == .ok)
            #expect(try await page.ask(.get, "/api/session", ["Authorization": "Bearer x"]).status == .unauthorized)
            #expect(
                try await page.ask(.get, "/api/session?token=\(made.secret)").status == .unauthorized,
                "a token in an address would end up in logs"
            )
            let file = try String(contentsOfFile: page.users.path.displayName, encoding: .utf8)
            #expect(!file.contains(made.secret) && file.contains(made.record.sha256.hex))
            try page.users.edit { $0[0].tokens = [] }
            #expect(try await page.ask(.get, "/api/session", headers).status == .unauthorized)
        }
    }

    @Test("What a stream asks again: a token that is withdrawn, and a user whose role changes, is somebody else")
    func visitorsAreAskedAgain() async throws {
        try await PageBench.run { page in
            let made = NewToken(label: "monitor")
            try page.users.edit { $0[0].tokens.append(made.record) }
            let access = ReviewAccess(ReviewSettings(), users: try UserDirectory(page.users), audit: NoAudit())
            var head = HTTPRequest(method: .get, scheme: "http", authority: PageBench.host, path: "/api/events")
            head.headerFields[.authorization] = "Bearer \(made.secret)"
            let request = Request(head: head, body: RequestBody(buffer: ByteBuffer()))
            func visitor() throws -> Authentication.Visitor? {
                try access.authentication.visitor(request, prolonging: false)
            }
            let first = try #require(try visitor())
            #expect(first.user == ReviewUser(name: "anna", role: .admin) && first.session == nil)
            #expect(try visitor() == first)
            try page.users.edit { $0[0].role = .reviewer }
            #expect(try visitor() != first)
            try page.users.edit { $0[0].tokens = [] }
            #expect(try visitor() == nil)
        }
    }
}

/// A value of a flat JSON object.
enum Told: Decodable, Equatable {
    case text(String)
    case number(Double)

    init(from decoder: any Decoder) throws {
        let container = try decoder.singleValueContainer()
        if let number = try? container.decode(Double.self) {
            self = .number(number)
        } else {
            self = .text(try container.decode(String.self))
        }
    }
}
