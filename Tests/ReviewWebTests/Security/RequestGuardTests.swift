import HTTPTypes
import Testing

@testable import ReviewWeb

@Suite("What is refused by its form") struct RequestGuardTests {
    private static let secret = "0123456789abcdef0123456789abcdef"

    @Test(
        "Only the page's own names are answered: a name that is made to point here is not",
        arguments: [
            "evil.example", "evil.example:8420", "127.0.0.1", "127.0.0.1:80", "localhost.evil.example:8420", "[::1]:80",
            "",
            "127.0.0.1:8420@evil.example",
        ]
    )
    func otherHostsAreRefused(host: String) async throws {
        try await PageBench.run { page in
            for path in ["/", "/api/health", "/api/session", "/app.js"] {
                let answer = try await page.ask(.get, path, host: host)
                #expect(answer.status == .forbidden && answer.code == "HOST")
            }
        }
    }

    @Test(
        "Loopback's names are answered",
        arguments: ["127.0.0.1:8420", "localhost:8420", "LOCALHOST:8420", "[::1]:8420"]
    )
    func ownHostsAreAnswered(host: String) async throws {
        try await PageBench.run { page in
            let status = try await page.ask(.get, "/api/health", host: host).status
            #expect(status == .ok)
        }
    }

    @Test("A request without a host, or with two, is refused")
    func hostIsOne() async throws {
        try await PageBench.run { page in
            let hostless = try await page.ask(.get, "/", host: nil).status
            #expect(hostless == .forbidden)
            let twofold = try await page.ask(.get, "/", ["Host": PageBench.host]).status
            #expect(twofold == .forbidden)
        }
    }

    @Test("The site's own names are answered, with the port where it is not the usual one")
    func configuredNamesAreAnswered() async throws {
        let settings = ReviewSettings(names: ["reader", "review.hospital.example:9443"])
        try await PageBench.run(settings) { page in
            let plain = try await page.ask(.get, "/api/health", host: "reader:8420").status
            #expect(plain == .ok)
            let portless = try await page.ask(.get, "/api/health", host: "reader").status
            #expect(portless == .forbidden)
            let named = try await page.ask(.get, "/api/health", host: "review.hospital.example:9443").status
            #expect(named == .ok)
            let misnamed = try await page.ask(.get, "/api/health", host: "review.hospital.example:8420").status
            #expect(misnamed == .forbidden)
        }
    }

    @Test("A deed needs the header that no other site's form can send, and the page's own origin")
    func deedsNeedHeaderAndOrigin() async throws {
        try await PageBench.run { page in
            let cookie = try await page.login("rolf")
            let origin = "http://\(PageBench.host)"
            let refused: [[String: String]] = [
                [:], ["Origin": origin], ["X-Preread": "1"], ["X-Preread": "0", "Origin": origin],
                ["X-Preread": "1", "Origin": "http://evil.example"], ["X-Preread": "1", "Origin": "null"],
                ["X-Preread": "1", "Origin": "https://\(PageBench.host)"],
                ["X-Preread": "1", "Origin": "http://127.0.0.1:8421"],
                ["X-Preread": "1", "Origin": origin, "Sec-Fetch-Site": "cross-site"],
                ["X-Preread": "1", "Sec-Fetch-Site": "same-site"],
            ]
            for headers in refused {
                let answer = try await page.ask(.post, "/api/logout", cookie.merging(headers) { first, _ in first })
                #expect(answer.status == .forbidden, "\(headers)")
            }
            let allowed = ["X-Preread": "1", "Sec-Fetch-Site": "same-origin"].merging(cookie) { first, _ in first }
            #expect(try await page.ask(.post, "/api/logout", allowed).status == .noContent)
        }
    }

    @Test("No other site's page is told that it may ask")
    func thereIsNoCORS() async throws {
        try await PageBench.run { page in
            let cookie = try await page.login("rolf")
            let foreign = cookie.merging(["Sec-Fetch-Site": "cross-site"]) { first, _ in first }
            #expect(try await page.ask(.get, "/api/session", foreign).status == .forbidden)
            let asked = ["Origin": "http://evil.example", "Access-Control-Request-Method": "POST"]
            let answer = try await page.ask(.options, "/api/login", asked)
            #expect(answer.status == .forbidden)
            #expect(!answer.headers.contains { $0.name.rawName.lowercased().hasPrefix("access-control") })
        }
    }

    @Test("A thousand ways out of the folder lead nowhere")
    func traversalLeadsNowhere() async throws {
        let steps = [
            "..", "%2e%2e", "%252e%252e", ".%2e", "..%00", "..%c0%af", "..\\", "%5c..", "....", ".", "", "..;",
            "%uff0e",
        ]
        let targets = ["etc/passwd", "users.json", "audit.jsonl", "ledger.sqlite", "page/index.html", "index.html", ""]
        let starts = [
            "/", "/page/", "/api/", "/api/jobs/", "/api/jobs/1/", "/dicom-web/", "/page/viewer/", "/api/jobs/1/slices/",
        ]
        var paths: [String] = []
        for start in starts {
            for step in steps {
                for target in targets {
                    paths.append(start + step + "/" + target)
                    paths.append(start + step + "/" + step + "/" + target)
                }
            }
        }
        #expect(paths.count > 1_000)
        try await PageBench.run { page in
            let cookie = try await page.login("anna")
            for path in paths {
                let status = try await page.ask(.get, path, cookie).status
                #expect(status == .notFound, "\(path)")
            }
        }
    }

    @Test("A body that is too large is refused before it is read", arguments: ["268435457", "99999999999999999"])
    func largeBodiesAreRefused(length: String) async throws {
        try await PageBench.run { page in
            let headers = PageBench.deed.merging(["Content-Length": length]) { first, _ in first }
            let status = try await page.ask(.post, "/api/login", headers).status
            #expect(status == .contentTooLarge)
        }
    }

    @Test("A body is not read beyond what its route takes, whatever it says of its length")
    func longBodiesAreCutOff() async throws {
        try await PageBench.run { page in
            let body = "{\"user\":\"rolf\",\"password\":\"\(String(repeating: "x", count: 8_000))\"}"
            let answer = try await page.ask(.post, "/api/login", PageBench.deed, body: body)
            #expect(answer.status == .contentTooLarge)
        }
    }

    @Test("Behind a proxy nobody else is answered, and its word for the address counts")
    func proxyIsTheOnlyWay() async throws {
        var settings = ReviewSettings(host: "10.0.0.2", names: ["review.example"])
        settings.proxy = .init(addresses: ["10.0.0.5"], header: "X-Proxy", secret: Self.secret)
        try await PageBench.run(settings) { page in
            func ask(_ headers: [String: String], from address: String) async throws -> PageBench.Answer {
                try await page.ask(.get, "/api/health", headers, host: "review.example", from: address)
            }
            #expect(try await ask(["X-Proxy": Self.secret], from: "10.0.0.5").status == .ok)
            #expect(try await ask([:], from: "10.0.0.5").code == "PROXY")
            #expect(try await ask(["X-Proxy": Self.secret + "0"], from: "10.0.0.5").code == "PROXY")
            #expect(try await ask(["X-Proxy": Self.secret], from: "10.0.0.6").code == "PROXY")
            var headers = PageBench.deed
            headers["Origin"] = "https://review.example"
            headers["X-Proxy"] = Self.secret
            headers["X-Forwarded-For"] = "1.2.3.4, 10.9.8.7"
            let body = "{\"user\":\"rolf\",\"password\":\"wrong\"}"
            let answer = try await page.ask(
                .post,
                "/api/login",
                headers,
                body: body,
                host: "review.example",
                from: "10.0.0.5"
            )
            #expect(answer.status == .unauthorized)
            #expect(try page.records().last?.address == "10.9.8.7", "what the client wrote itself stands before it")
        }
    }

    @Test("Whoever asks without end is told to wait")
    func requestsAreLimited() async throws {
        try await PageBench.run { page in
            let cookie = try await page.login("rolf")
            var last = HTTPResponse.Status.ok
            for _ in 1...2_001 { last = try await page.ask(.get, "/api/session", cookie).status }
            #expect(last == .tooManyRequests)
            page.clock.advance(by: .seconds(1))
            #expect(try await page.ask(.get, "/api/session", cookie).status == .ok)
        }
    }
}
