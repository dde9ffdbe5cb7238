import DurableFiles
import Foundation
import HTTPTypes
import Ledger
import Testing

@testable import ReviewWeb

/// A page of the worklist as tests look at it.
struct WorklistAnswer: Decodable {
    struct Item: Decodable {
        struct Patient: Decodable {
            let name: String
            let id: String
        }

        struct Reason: Decodable {
            let code: String
            let text: String
        }

        let job: Int64
        let study: Int64
        let state: String
        let patient: Patient
        let accession: String
        let received: Date
        let reasons: [Reason]
        let conflict: Bool
        let slices: Int
        let thumbnail: String
    }

    let items: [Item]
    let next: String?
    let counts: [String: Int]

    var jobs: [Int64] { items.map(\.job) }
}

@Suite("The worklist's route") struct WorklistRouteTests {
    private func worklist(
        _ page: PageBench,
        _ query: String = "",
        search: String? = nil
    ) async throws -> WorklistAnswer {
        let cookie = try await page.login("vera")
        let headers = search.map { ["X-Search": $0] } ?? [:]
        let answer = try await page.ask(.get, "/api/worklist\(query)", cookie.merging(headers) { first, _ in first })
        try #require(answer.status == .ok, "\(answer.text)")
        return try answer.json()
    }

    @Test("What contradicts itself comes first, then what needs a prompt, then what is worth most, then what is oldest")
    func openWorkIsRanked() async throws {
        try await PageBench.run(areas: AllAreas.areas) { page in
            let ledger = page.ledger
            let calm = try await ledger.annotateJob("1", instability: 0.1)
            let doubted = try await ledger.annotateJob("2", instability: 0.6)
            let alsoCalm = try await ledger.annotateJob("3", instability: 0.1)
            let disputed = try await ledger.annotateJob("4", instability: 0)
            try await ledger.correct(disputed, by: "Roe", mask: "m1")
            try await ledger.correct(disputed, by: "Doe", mask: "m2")
            try await ledger.queueJob("5")
            let unprompted = try #require(try await ledger.claimNext(by: WorkerID("w"), leaseFor: .seconds(9)))
            _ = try await ledger.requirePrompt(JobReason("PRIOR", message: "no prior"), under: unprompted.lease)
            let done = try await ledger.annotateJob("6")
            try await ledger.decide(done, .accept, by: "rolf")
            let list = try await worklist(page)
            let expected = [disputed, unprompted.job.id, doubted, calm, alsoCalm]
            #expect(list.jobs == expected.map(\.rawValue))
            #expect(list.items[0].conflict && list.items[0].reasons.map(\.code) == ["CONFLICT"])
            #expect(
                list.items[1].reasons.map(\.code) == ["NEEDS_PROMPT"] && list.items[1].reasons[0].text == "no prior"
            )
            #expect(list.next == nil)
            #expect(list.counts["open"] == 5 && list.counts["conflict"] == 1 && list.counts["all"] == 6)
            #expect(list.counts["accepted"] == 1 && list.counts["needs-prompt"] == 1 && list.counts["failed"] == 0)
            #expect(try await worklist(page, "?state=needs-prompt").jobs == [unprompted.job.id.rawValue])
            #expect(try await worklist(page, "?state=annotated").jobs == [doubted, calm, alsoCalm].map(\.rawValue))
            #expect(try await worklist(page, "?state=accepted").jobs == [done.rawValue])
            #expect(try await worklist(page, "?state=all").jobs.count == 6)
        }
    }

    @Test("Pages follow each other without a gap or a repetition", arguments: ["open", "all", "annotated"])
    func pagesFollow(state: String) async throws {
        try await PageBench.run(areas: AllAreas.areas) { page in
            for number in 1...23 {
                _ = try await page.ledger.annotateJob("\(number)", instability: Double(number % 4) / 10)
            }
            let whole = try await worklist(page, "?state=\(state)&limit=200").jobs
            var seen: [Int64] = []
            var cursor = ""
            repeat {
                let part = try await worklist(page, "?state=\(state)&limit=5&cursor=\(cursor)")
                seen += part.jobs
                cursor = part.next ?? ""
            } while !cursor.isEmpty
            #expect(seen == whole && seen.count == 23 && Set(seen).count == 23)
        }
    }

    @Test(
        "A name, number or UID is found by what a person would type",
        arguments: [
            "m%C3%BCller", "MULLER", "er%2C%20j", "jane%20mull", "PID-7", "pid-7%20muller", "ACC42", "1.2.2", "1.2.2.1",
            "1.2.2.1.1", "2.25.2",
        ]
    )
    func searchFinds(typed: String) async throws {
        try await PageBench.run(areas: AllAreas.areas) { page in
            _ = try await page.ledger.annotateJob("1")
            let wanted = try await page.ledger.annotateJob("2")
            let display = SeriesDisplay(
                series: SeriesUID("1.2.2.1"),
                patientName: "Müller, Jane",
                patient: ("PID-7", "", ""),
                study: ("ACC42", "", ""),
                seriesDescription: "",
                searchText: SearchText.text(name: "Müller^Jane", patientID: "PID-7", accession: "ACC42")
            )
            try await page.ledger.describe([display])
            try await page.ledger.describe("1", patient: "Roe, Richard", id: "PID-1")
            let found = try await worklist(page, "?state=all", search: typed)
            #expect(found.jobs == [wanted.rawValue])
            #expect(found.items.first?.patient.name == "Müller, Jane")
        }
    }

    @Test("What is not there is not found", arguments: ["nobody", "muller%20richard", "1.2.2.9", "%25", "_"])
    func searchFindsNothingElse(typed: String) async throws {
        try await PageBench.run(areas: AllAreas.areas) { page in
            _ = try await page.ledger.annotateJob("2")
            try await page.ledger.describe("2", patient: "muller, jane")
            #expect(try await worklist(page, "?state=all", search: typed).jobs == [])
        }
    }

    @Test("A search in the address is refused: addresses are logged by proxies")
    func searchStaysOutOfTheAddress() async throws {
        try await PageBench.run(areas: AllAreas.areas) { page in
            let cookie = try await page.login("vera")
            let answer = try await page.ask(.get, "/api/worklist?search=Muller", cookie)
            #expect(answer.status == .badRequest)
        }
    }

    @Test("That somebody looked for a patient is noted, for whom is not")
    func searchesAreNoted() async throws {
        try await PageBench.run(areas: AllAreas.areas) { page in
            _ = try await worklist(page, search: "Muller")
            #expect(try page.records().map(\.event) == [.login, .search])
            #expect(try !String(contentsOfFile: page.audit.displayName, encoding: .utf8).contains("Muller"))
        }
    }

    @Test("Only jobs of a profile come where one is asked for")
    func profilesAreSeparate() async throws {
        try await PageBench.run(areas: AllAreas.areas) { page in
            _ = try await page.ledger.annotateJob("1", profile: "liver")
            let kidney = try await page.ledger.annotateJob("2", profile: "kidney")
            #expect(try await worklist(page, "?profile=kidney").jobs == [kidney.rawValue])
        }
    }

    @Test(
        "What makes no sense is refused",
        arguments: ["?state=x", "?limit=0", "?limit=201", "?limit=x", "?cursor=x", "?cursor=7ff0000000000000-1"]
    )
    func nonsenseIsRefused(query: String) async throws {
        try await PageBench.run(areas: AllAreas.areas) { page in
            let cookie = try await page.login("vera")
            #expect(try await page.ask(.get, "/api/worklist\(query)", cookie).status == .badRequest)
        }
    }
}
