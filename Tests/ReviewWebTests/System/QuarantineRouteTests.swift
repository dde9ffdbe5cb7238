import Foundation
import HTTPTypes
import Ledger
import Testing

@testable import ReviewWeb

@Suite("What is held") struct QuarantineRouteTests {
    private struct Page: Decodable {
        struct Item: Decodable {
            let kind: String
            let id: Int64
            let reason: String
            let remedy: String
            let name: String?
        }

        let items: [Item]
        let next: String?
    }

    private func hold(_ ledger: InMemoryLedger, _ name: String) async throws -> FileID {
        let sighting = FileSighting(
            path: DroppedPath("ward 7/\(name)"),
            fingerprint: FileFingerprint(size: 1, modified: 1, inode: 1)
        )
        let file = try #require(try await ledger.record([sighting], in: "incoming").first)
        try await ledger.resolve([
            FileResolution(file: file.id, outcome: .quarantined("NOT_DICOM", message: "it is no DICOM file"))
        ])
        return file.id
    }

    @Test("Files and corrections are shown with reason and remedy, of a file's name the last part")
    func heldThingsAreShown() async throws {
        try await PageBench.run(areas: AllAreas.areas) { page in
            var files: [FileID] = []
            for number in 1...7 { files.append(try await hold(page.ledger, "f\(number).dcm")) }
            let submission = CorrectionSubmission(
                intent: .correct,
                digest: InMemoryLedger.digest("c"),
                size: 1,
                storePath: "c",
                submittedBy: "anna"
            )
            let correction = try await page.ledger.receive(submission).correction.id
            _ = try await page.ledger.settle(correction, as: CorrectionFinding(.held(JobReason("NO_RESULT"))))
            let cookie = try await page.login("vera")
            let first = try await page.ask(.get, "/api/quarantine?limit=5", cookie).json(Page.self)
            #expect(first.items.map(\.kind) == ["correction"] + Array(repeating: "file", count: 5))
            #expect(first.items.dropFirst().map(\.id) == files.reversed().prefix(5).map(\.rawValue))
            #expect(first.items[1].name == "f7.dcm" && first.items[1].reason == "NOT_DICOM")
            #expect(!first.items[1].remedy.isEmpty)
            let second = try await page.ask(.get, "/api/quarantine?limit=5&cursor=\(first.next ?? "")", cookie)
                .json(Page.self)
            #expect(second.items.map(\.id) == [files[1], files[0]].map(\.rawValue) && second.next == nil)
        }
    }

    @Test("An administrator has a file judged again, which is noted")
    func filesAreReleased() async throws {
        try await PageBench.run(areas: AllAreas.areas) { page in
            let file = try await hold(page.ledger, "f.dcm")
            let body = "{\"kind\":\"file\",\"id\":\(file.rawValue)}"
            let headers = PageBench.deed.merging(try await page.login("anna")) { first, _ in first }
            #expect(try await page.ask(.post, "/api/quarantine/release", headers, body: body).status == .ok)
            #expect(try await page.ledger.file(file)?.outcome.state == .pending)
            #expect(try page.records().last?.detail == "file \(file.rawValue)")
            #expect(try await page.ask(.post, "/api/quarantine/release", headers, body: body).status == .conflict)
        }
    }

    @Test("The service says how it does, and an administrator sees the audit")
    func systemIsShown() async throws {
        try await PageBench.run(areas: { ledger, audit in AllAreas.areas(ledger, audit) }) { page in
            _ = try await page.ledger.annotateJob("1")
            let cookie = try await page.login("vera")
            let system = try await page.ask(.get, "/api/system", cookie).json(System.self)
            #expect(system.queue["annotated"] == 1 && system.throughput.count == 24)
            #expect(system.throughput.map(\.jobs).reduce(0, +) == 1 && system.memoryMB > 0)
            #expect(system.disk.allSatisfy { $0.freeBytes <= $0.totalBytes } && !system.disk.isEmpty)
        }
    }

    private struct System: Decodable {
        struct Disk: Decodable {
            let freeBytes: UInt64
            let totalBytes: UInt64
        }

        struct Hour: Decodable { let jobs: Int }

        let queue: [String: Int]
        let disk: [Disk]
        let throughput: [Hour]
        let memoryMB: Int
    }
}
