import Foundation
import HTTPTypes
import Ledger
import Testing

@testable import ReviewWeb

@Suite("The table of routes") struct RouteTableTests {
    /// A path with something for each parameter.
    private func filled(_ path: String) -> String {
        path.split(separator: "/", omittingEmptySubsequences: false).map { part in
            part.hasPrefix("{") || part == "**" ? "1" : String(part)
        }.joined(separator: "/")
    }

    private func method(_ route: ReviewRoute) throws -> HTTPRequest.Method {
        try #require(HTTPRequest.Method(route.method))
    }

    @Test("Every area of the sources is among those that are tested")
    func noAreaIsForgotten() throws {
        let sources = URL(filePath: #filePath).deletingLastPathComponent().appending(path: "../../../Sources/ReviewWeb")
        let files = try #require(FileManager.default.enumerator(at: sources, includingPropertiesForKeys: nil))
        var named: Set<String> = []
        for case let file as URL in files where file.pathExtension == "swift" {
            let text = try String(contentsOf: file, encoding: .utf8)
            for match in text.matches(of: /struct (\w+): [^{]*\bReviewRoutes\b/) { named.insert(String(match.1)) }
        }
        let tested = AllAreas.areas(.init(), NoAudit()).map { "\(type(of: $0))" } + ["SessionRoutes", "EventRoutes"]
        #expect(named == Set(tested))
    }

    @Test("No route answers anybody who is not logged in, nor with a token that is none")
    func everyRouteNeedsASession() async throws {
        try await PageBench.run(areas: AllAreas.areas) { page in
            #expect(page.service.routes.count > 30)
            for route in page.service.routes {
                for headers in [
                    [:], ["Authorization": "Bearer wrong"], ["Cookie": "preread=wrong"], ["Cookie": "preread="],
                ] {
                    let headers = PageBench.deed.merging(headers) { first, _ in first }
                    let answer = try await page.ask(try method(route), filled(route.path), headers)
                    #expect(answer.status == .unauthorized, "\(route.method) \(route.path)")
                    #expect(answer.code == "LOGIN_REQUIRED")
                }
            }
        }
    }

    @Test("No deed is done without the header that proves the page asked")
    func everyDeedNeedsTheHeader() async throws {
        try await PageBench.run(areas: AllAreas.areas) { page in
            let cookie = try await page.login("anna")
            let deeds = page.service.routes.filter { $0.method != "GET" }
            #expect(deeds.count > 8)
            for route in deeds {
                let answer = try await page.ask(try method(route), filled(route.path), cookie)
                #expect(answer.status == .forbidden && answer.code == "CSRF", "\(route.path)")
            }
        }
    }

    @Test("No route does for a role what only the next one may")
    func rolesAreKept() async throws {
        try await PageBench.run(areas: AllAreas.areas) { page in
            let sessions = [
                (ReviewRole.viewer, try await page.login("vera")), (.reviewer, try await page.login("rolf")),
            ]
            for route in page.service.routes {
                for (role, cookie) in sessions where role < route.role {
                    let headers = PageBench.deed.merging(cookie) { first, _ in first }
                    let answer = try await page.ask(try method(route), filled(route.path), headers)
                    #expect(answer.status == .forbidden && answer.code == "ROLE", "\(role) \(route.path)")
                }
            }
        }
    }

    @Test("Whoever only looks can change nothing; promoting and releasing is for administrators")
    func rolesAreThoseOfTheContract() async throws {
        try await PageBench.run(areas: AllAreas.areas) { page in
            let open: Set<String> = ["/api/logout", "/api/profiles/explain"]
            let weak = page.service.routes.filter {
                $0.method != "GET" && $0.role == .viewer && !open.contains($0.path)
            }
            #expect(weak.isEmpty)
            let strong = page.service.routes.filter { $0.role == .admin }.map(\.path)
            for path in ["/api/audit", "/api/quarantine/release", "/api/learning/promote", "/api/learning/rollback"] {
                #expect(strong.contains(path), "\(path)")
            }
        }
    }

    @Test("Paths that no route has are refused before anybody learns whether they exist")
    func unknownPathsNeedASessionToo() async throws {
        try await PageBench.run { page in
            for path in ["/api", "/api/", "/api/nothing", "/api/jobs/1/nothing", "/dicom-web", "/dicom-web/nothing"] {
                #expect(try await page.ask(.get, path).status == .unauthorized, "\(path)")
            }
            let cookie = try await page.login("anna")
            let answer = try await page.ask(.get, "/api/nothing", cookie)
            #expect(answer.status == .notFound && answer.code == "NOT_FOUND")
        }
    }

    @Test("The interface's description has exactly the routes that there are")
    func descriptionIsComplete() async throws {
        let file = URL(filePath: #filePath).deletingLastPathComponent().appending(path: "../../../docs/openapi.json")
        let described = try JSONDecoder().decode(Description.self, from: Data(contentsOf: file))
        let documented = described.paths.flatMap { path, methods in
            methods.keys.map { "\($0.uppercased()) \(path)" }
        }
        try await PageBench.run(areas: AllAreas.areas) { page in
            // DICOMweb is described by PS3.18.
            let own = page.service.routes.filter { !$0.path.hasPrefix("/dicom-web") }
            let known = own.map { "\($0.method) \($0.path)" } + ["POST /api/login", "GET /api/health"]
            #expect(Set(documented) == Set(known))
        }
    }

    private struct Description: Decodable {
        struct Operation: Decodable {}

        let paths: [String: [String: Operation]]
    }
}

/// Notes nothing.
struct NoAudit: ReviewAudit {
    func note(_ entry: AuditEntry) async throws(ReviewError) {}

    func noteView(of job: JobID, by user: ReviewUser, from address: String) async throws(ReviewError) {}
}
