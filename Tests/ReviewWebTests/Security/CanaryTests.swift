import DurableFiles
import Foundation
import HTTPTypes
import Ledger
import NIOCore
import Testing

@testable import ReviewWeb

/// A patient whose name is nowhere but where it belongs.
@Suite("A planted patient") struct CanaryTests {
    private static let name = "ZZCANARY"
    private static let secrets = ["zzcanary", "zzpid77", "1901-02-03", "zzaccession", "zzdescription", "zzfilename"]

    private func plant(_ ledger: InMemoryLedger) async throws -> JobID {
        let job = try await ledger.annotateJob("1")
        try await ledger.describe([
            SeriesDisplay(
                series: SeriesUID("1.2.1.1"),
                patientName: "ZZCANARY, Jane",
                patient: ("ZZPID77", "1901-02-03", "F"),
                study: ("ZZACCESSION", "2026-01-02", "ZZDESCRIPTION"),
                seriesDescription: "ZZDESCRIPTION",
                searchText: "zzcanary jane\nzzpid77\nzzaccession"
            )
        ])
        let sighting = FileSighting(
            path: DroppedPath("ZZFILENAME.dcm"),
            fingerprint: FileFingerprint(size: 1, modified: 1, inode: 1)
        )
        let file = try #require(try await ledger.record([sighting], in: "incoming").first)
        try await ledger.resolve([FileResolution(file: file.id, outcome: .quarantined("NOT_DICOM"))])
        return job
    }

    private func hits(_ text: String) -> [String] { Self.secrets.filter { text.lowercased().contains($0) } }

    @Test("It is shown on the worklist, and nothing of it is in logs, audit, events or errors")
    func nothingLeaks() async throws {
        try await PageBench.run(areas: AllAreas.areas) { page in
            let job = try await plant(page.ledger)
            let stream = try await page.events.listen(after: EventID(rawValue: 0))
            await page.events.round()
            let cookie = try await page.login("anna")
            let headers = PageBench.deed.merging(cookie) { first, _ in first }
            let list = try await page.ask(
                .get,
                "/api/worklist",
                cookie.merging(["X-Search": Self.name]) { first, _ in first }
            )
            #expect(list.text.contains("ZZCANARY, Jane"), "it has to be shown, or this test shows nothing")
            var errors = ""
            for route in page.service.routes where !route.path.hasSuffix("/events") {
                let path = route.path.replacing(/\{\w+\}/, with: "\(job.rawValue)")
                let method = try #require(HTTPRequest.Method(route.method))
                for body in [
                    "", "{\"reason\":\"ZZCANARY\",\"decision\":\"ZZCANARY\",\"job\":\"ZZCANARY\"}", "[\"ZZCANARY\"]",
                ] {
                    for query in ["", "?ZZCANARY=ZZCANARY&cursor=ZZCANARY&source=ZZCANARY"] {
                        let answer = try await page.ask(method, path + query, headers, body: body)
                        if answer.status.kind != .successful { errors += answer.text }
                    }
                }
            }
            _ = try await page.ask(.get, "/ZZCANARY.dcm", cookie)
            _ = try await page.attempt("ZZCANARY", "ZZCANARY")
            page.events.close()
            var told = ""
            for await message in stream { told += String(buffer: message) }
            #expect(hits(errors) == [])
            #expect(hits(page.log.lines.joined(separator: "\n")) == [])
            #expect(hits(told) == [])
            #expect(hits(try String(contentsOfFile: page.audit.displayName, encoding: .utf8)) == [])
            for event in try await page.ledger.events(after: nil, limit: 1_000) { #expect(hits("\(event)") == []) }
        }
    }

    @Test("No header or path of an answer holds it")
    func headersHoldNothing() async throws {
        try await PageBench.run(areas: AllAreas.areas) { page in
            let job = try await plant(page.ledger)
            let cookie = try await page.login("anna")
            for route in page.service.routes where route.method == "GET" && !route.path.hasSuffix("/events") {
                let path = route.path.replacing(/\{\w+\}/, with: "\(job.rawValue)")
                let answer = try await page.ask(.get, path, cookie)
                #expect(hits(answer.headers.map { "\($0)" }.joined()) == [], "\(path)")
                for match in answer.text.matches(of: /"(\/api\/[^"]*)"/) { #expect(hits(String(match.1)) == []) }
            }
        }
    }

    @Test("Texts that are programs elsewhere come back as the text that they are")
    func scriptsStayText() async throws {
        try await PageBench.run(areas: AllAreas.areas) { page in
            _ = try await page.ledger.annotateJob("1")
            let name = "<script>alert(1)</script>\"'&<img src=x onerror=alert(1)>"
            try await page.ledger.describe("1", patient: name)
            let answer = try await page.ask(.get, "/api/worklist", try await page.login("vera"))
            #expect(answer.headers[.contentType] == "application/json; charset=utf-8")
            #expect(answer.headers[named: "X-Content-Type-Options"] == "nosniff")
            #expect(try answer.json(WorklistAnswer.self).items.first?.patient.name == name)
        }
    }
}
