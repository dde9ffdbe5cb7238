import Foundation
import HTTPTypes
import Hummingbird
import Testing

@testable import ReviewWeb

@Suite("Answers") struct AnswerTests {
    @Test(
        "Every answer keeps browsers strict, whatever becomes of the request",
        arguments: [
            "/", "/api/health", "/api/session", "/api/nothing", "/nothing.js", "/..", "/api/broken", "/api/odd",
        ]
    )
    func headersAreThere(path: String) async throws {
        try await PageBench.run(areas: { _, _ in [BrokenArea()] }) { page in
            let cookie = try await page.login("anna")
            for host in [PageBench.host, "evil.example"] {
                let headers = try await page.ask(.get, path, cookie, host: host).headers
                #expect(
                    headers[named: "Content-Security-Policy"]
                        == "default-src 'none'; script-src 'self'; style-src 'self'; img-src 'self' blob:; "
                        + "connect-src 'self'; frame-ancestors 'none'; base-uri 'none'; form-action 'self'"
                )
                #expect(headers[named: "X-Content-Type-Options"] == "nosniff")
                #expect(headers[named: "Referrer-Policy"] == "no-referrer")
                #expect(headers[named: "Cross-Origin-Opener-Policy"] == "same-origin")
                #expect(headers[named: "Cross-Origin-Resource-Policy"] == "same-origin")
                #expect(headers[named: "X-Frame-Options"] == "DENY")
                #expect(headers[.server] == nil)
            }
        }
    }

    @Test("Nothing of the interface is kept by a cache")
    func interfaceIsNotCached() async throws {
        try await PageBench.run(areas: AllAreas.areas) { page in
            let cookie = try await page.login("anna")
            for route in page.service.routes where route.method == "GET" && !route.path.hasSuffix("/events") {
                let path = route.path.replacing(/\{\w+\}/, with: "1")
                let headers = try await page.ask(.get, path, cookie).headers
                #expect(headers[.cacheControl]?.contains("no-store") == true, "\(path)")
            }
        }
    }

    @Test("What fails unforeseen is told and logged without what it holds")
    func unforeseenFailuresTellNothing() async throws {
        try await PageBench.run(areas: { _, _ in [BrokenArea()] }) { page in
            let cookie = try await page.login("anna")
            let answer = try await page.ask(.get, "/api/broken", cookie)
            #expect(answer.status == .internalServerError && answer.code == "INTERNAL")
            #expect(!answer.text.contains("Roe"))
            #expect(page.log.lines.contains { $0.contains("/api/broken") || $0.contains("BrokenArea") })
            #expect(!page.log.lines.joined().contains("Roe"))
        }
    }

    @Test("Errors are JSON with a code and a sentence")
    func errorsAreJSON() async throws {
        try await PageBench.run(areas: { _, _ in [BrokenArea()] }) { page in
            let cookie = try await page.login("anna")
            let odd = try await page.ask(.get, "/api/odd", cookie)
            #expect(odd.status == .badRequest && odd.code == "BAD_REQUEST")
            #expect(odd.headers[.contentType] == "application/json; charset=utf-8")
            #expect(!odd.text.contains("Roe"), "words of the framework may hold what was asked for")
        }
    }

    @Test("The page is handed out before the log-in, with its kind and a tag by which it is asked for again")
    func pageIsHandedOut() async throws {
        try await PageBench.run { page in
            let index = try await page.ask(.get, "/")
            #expect(index.status == .ok && index.headers[.contentType] == "text/html; charset=utf-8")
            #expect(index.headers[.cacheControl] == "no-cache")
            let tag = try #require(index.headers[.eTag])
            let again = try await page.ask(.get, "/", ["If-None-Match": "\"old\", \(tag)"])
            #expect(again.status == .notModified && again.body.isEmpty)
            for name in PageFiles().names {
                #expect(try await page.ask(.get, "/page/\(name)").status == .ok, "\(name)")
                #expect(try await page.ask(.get, "/\(name)").status == .ok, "\(name)")
            }
        }
    }

    @Test("A view of the page is the page, and a file that is not there is not")
    func viewsAreThePage() async throws {
        try await PageBench.run { page in
            let index = try await page.ask(.get, "/").body
            #expect(try await page.ask(.get, "/worklist").body == index)
            #expect(try await page.ask(.get, "/job/17").body == index)
            #expect(try await page.ask(.get, "/nothing.js").status == .notFound)
            #expect(try await page.ask(.get, "/page/nothing.js").status == .notFound)
        }
    }

    @Test("Kinds of files are those that browsers run and show")
    func mediaTypesAreRight() throws {
        let files = PageFiles()
        let kinds = ["js": "text/javascript", "css": "text/css", "html": "text/html", "svg": "image/svg+xml"]
        for name in files.names {
            let kind = try #require(kinds[String(name.split(separator: ".").last ?? "")], "\(name)")
            #expect(files[name]?.mediaType.hasPrefix(kind) == true, "\(name)")
        }
    }
}

/// Fails with words that name a patient.
private struct BrokenArea: ReviewRoutes {
    struct Failure: Error, CustomStringConvertible {
        let description = "Roe^Jane cannot be shown"
    }

    func add(to group: ReviewGroup) {
        group.get("broken") { _, _ -> String in throw Failure() }
        group.get("odd") { _, _ -> String in throw HTTPError(.badRequest, message: "Roe^Jane") }
    }
}
