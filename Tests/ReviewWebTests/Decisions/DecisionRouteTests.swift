import Foundation
import HTTPTypes
import Ledger
import Testing

@testable import ReviewWeb

@Suite("Decisions from the page") struct DecisionRouteTests {
    private func decide(
        _ page: PageBench,
        _ job: JobID,
        _ body: String,
        to route: String = "decisions",
        as user: String = "rolf"
    ) async throws -> PageBench.Answer {
        let headers = PageBench.deed.merging(try await page.login(user)) { first, _ in first }
        return try await page.ask(.post, "/api/jobs/\(job.rawValue)/\(route)", headers, body: body)
    }

    @Test("A verdict is kept with who, when, on which model, how long it took and what it says of segments")
    func verdictsAreKeptWhole() async throws {
        try await PageBench.run(areas: AllAreas.areas) { page in
            let job = try await page.ledger.annotateJob("1")
            let body = """
                {"decision": "accept", "seconds": 41.5,
                 "segments": [{"key": "liver/liver", "verdict": "accept"}, {"key": "liver/spleen", "verdict": "reject"}]}
                """
            let answer = try await decide(page, job, body)
            #expect(answer.status == .ok)
            let told = try answer.json([String: Told].self)
            #expect(told["state"] == .text("accepted") && told["job"] == .number(Double(job.rawValue)))
            let verdict = try #require(try await page.ledger.verdicts(of: job).last)
            #expect(verdict.verdict == .accepted && verdict.reviewer == "rolf")
            #expect(verdict.modelDigest == InMemoryLedger.digest("model"))
            #expect(verdict.work.seconds == 41.5)
            #expect(verdict.work.segments.map(\.key) == ["liver/liver", "liver/spleen"])
            #expect(verdict.work.segments.map(\.verdict) == [.accept, .reject])
            let noted = try #require(try page.records().last)
            #expect(noted.event == .decision && noted.user == "rolf" && noted.job == job.rawValue)
            #expect(noted.study == "1.2.1" && noted.detail == "accept")
        }
    }

    @Test("A rejection needs a reason, which is one line")
    func rejectionsNeedReasons() async throws {
        try await PageBench.run(areas: AllAreas.areas) { page in
            let job = try await page.ledger.annotateJob("1")
            for reason in ["", ",\"reason\":\"  \"", ",\"reason\":\"\(String(repeating: "x", count: 501))\""] {
                let answer = try await decide(page, job, "{\"decision\":\"reject\"\(reason)}")
                #expect(answer.status == .badRequest)
            }
            #expect(
                try await decide(page, job, "{\"decision\":\"reject\",\"reason\":\"wrong\\n organ\"}").status == .ok
            )
            #expect(try await page.ledger.job(job)?.reason?.message == "wrong organ")
            #expect(try await page.ledger.verdicts(of: job).last?.reason == "wrong organ")
        }
    }

    @Test("Where corrections contradict each other somebody has to say which is right")
    func conflictsAreNamed() async throws {
        try await PageBench.run(areas: AllAreas.areas) { page in
            let job = try await page.ledger.annotateJob("1")
            let roe = try await page.ledger.correct(job, by: "Roe", mask: "m1")
            let doe = try await page.ledger.correct(job, by: "Doe", mask: "m2")
            #expect(try await page.ledger.job(job)?.isConflict == true)
            let refused = try await decide(page, job, "{\"decision\":\"accept\"}")
            #expect(refused.status == .conflict && refused.code == "CONFLICT")
            #expect(try page.records().suffix(2).map(\.event) == [.decision, .refused])
            let body = "{\"decision\":\"acceptCorrection\",\"correction\":\(roe.rawValue)}"
            #expect(try await decide(page, job, body).status == .ok)
            #expect(try await page.ledger.correction(doe)?.state == .superseded)
            #expect(try await page.ledger.job(job)?.isConflict == false)
            #expect(try await decide(page, job, "{\"decision\":\"acceptResult\"}").status == .ok)
            #expect(try await page.ledger.job(job)?.state == .accepted)
        }
    }

    @Test("What is not possible is refused and leaves no verdict")
    func impossibleDecisionsAreRefused() async throws {
        try await PageBench.run(areas: AllAreas.areas) { page in
            let queued = try await page.ledger.queueJob("1").id
            #expect(try await decide(page, queued, "{\"decision\":\"accept\"}").status == .conflict)
            #expect(try await decide(page, JobID(rawValue: 99), "{\"decision\":\"accept\"}").status == .notFound)
            #expect(try await decide(page, queued, "{\"decision\":\"acceptCorrection\"}").status == .badRequest)
            #expect(try await decide(page, queued, "{\"decision\":\"promote\"}").status == .badRequest)
            let twice =
                "{\"decision\":\"accept\",\"segments\":[{\"key\":\"a\",\"verdict\":\"accept\"},{\"key\":\"a\",\"verdict\":\"reject\"}]}"
            #expect(try await decide(page, queued, twice).status == .badRequest)
            #expect(try await decide(page, queued, "{\"decision\":\"accept\",\"seconds\":-1}").status == .badRequest)
            #expect(try await page.ledger.verdicts(of: queued).isEmpty)
        }
    }

    @Test("A viewer decides nothing")
    func viewersDecideNothing() async throws {
        try await PageBench.run(areas: AllAreas.areas) { page in
            let job = try await page.ledger.annotateJob("1")
            #expect(try await decide(page, job, "{\"decision\":\"accept\"}", as: "vera").status == .forbidden)
            #expect(try await page.ledger.job(job)?.state == .annotated)
        }
    }

    @Test("A job is withdrawn, queued again and planned again")
    func jobsAreQueuedAgain() async throws {
        try await PageBench.run(areas: AllAreas.areas) { page in
            let job = try await page.ledger.queueJob("1")
            #expect(try await decide(page, job.id, "{\"action\":\"cancel\"}", to: "requeue").status == .ok)
            #expect(try await page.ledger.job(job.id)?.state == .cancelled)
            #expect(try await decide(page, job.id, "{\"action\":\"retry\"}", to: "requeue").status == .ok)
            #expect(try await page.ledger.job(job.id)?.state == .queued)
            #expect(try await decide(page, job.id, "{\"action\":\"replan\"}", to: "requeue").status == .ok)
            #expect(try await page.ledger.series(job.series)?.state == .receiving)
            #expect(try await decide(page, job.id, "{\"action\":\"retry\"}", to: "requeue").status == .conflict)
        }
    }

    @Test("A job shows its verdicts and corrections with what they cost, and who may decide")
    func jobsShowWhatWasSaid() async throws {
        try await PageBench.run(areas: AllAreas.areas) { page in
            let job = try await page.ledger.annotateJob("1")
            let other = try await page.ledger.queueJob("2", study: "1").id
            try await page.ledger.correct(job, by: "Roe", mask: "m1")
            let reader = try await page.login("vera")
            let detail = try await page.ask(.get, "/api/jobs/\(job.rawValue)", reader).json(Detail.self)
            #expect(detail.state == "corrected" && !detail.canDecide)
            #expect(detail.siblings == [other.rawValue])
            #expect(detail.verdicts.map(\.by) == ["Roe"] && detail.verdicts[0].seconds == 30)
            #expect(detail.verdicts[0].effort[0].addedPathMM == 20)
            #expect(detail.corrections.map(\.author) == ["Roe"] && detail.corrections[0].segments[0].dice == 0.9)
            #expect(detail.model.name == "small")
            let reviewer = try await page.login("rolf")
            #expect(try await page.ask(.get, "/api/jobs/\(job.rawValue)", reviewer).json(Detail.self).canDecide)
            #expect(try page.records().last?.event == .view)
        }
    }

    private struct Detail: Decodable {
        struct Verdict: Decodable {
            struct Effort: Decodable { let addedPathMM: Double }

            let by: String
            let seconds: Double?
            let effort: [Effort]
        }

        struct Correction: Decodable {
            struct Segment: Decodable { let dice: Double? }

            let author: String
            let segments: [Segment]
        }

        struct Model: Decodable { let name: String }

        let state: String
        let canDecide: Bool
        let siblings: [Int64]
        let verdicts: [Verdict]
        let corrections: [Correction]
        let model: Model
    }
}
