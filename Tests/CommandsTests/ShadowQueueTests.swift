import DurableFiles
import Evaluation
import Foundation
import Ledger
import Testing

@testable import Commands

/// Which series are shadowed.
@Suite struct ShadowQueueTests {
    private static let incumbent = SHA256Digest(of: [1])

    private func job(
        _ id: Int64,
        series: String,
        profile: String = "p",
        model: SHA256Digest = incumbent,
        secondsAgo: Double = 0,
        state: JobState = .annotated
    ) throws -> Job {
        let created = Date(timeIntervalSinceNow: -secondsAgo).timeIntervalSince1970
        let digest = try #require(ContentDigest(hex: model.hex))
        var job = Job(
            id: JobID(rawValue: id),
            key: JobKey(rawValue: "\(id)"),
            series: SeriesUID(series),
            study: StudyUID("1"),
            profile: ProfileReference(id: profile, version: "1"),
            modelDigest: digest,
            created: Timestamp(milliseconds: Int64(created * 1_000))
        )
        job.state = state
        job.result = JobResult(segmentation: nil, receiptPath: "r/receipt.json")
        return job
    }

    private func queue(_ jobs: [Job], _ lines: [ShadowedSeries] = [], known: Set<String> = []) -> ShadowQueue {
        let record = ShadowPlace.record(
            .init(name: "old", sha256: Self.incumbent),
            .init(name: "new", sha256: SHA256Digest(of: [2])),
            series: 2
        )
        return ShadowQueue(record: record, jobs: jobs, lines: lines, known: known)
    }

    private func line(_ job: Int64, _ series: Int, _ status: ShadowedSeries.Status = .compared) -> ShadowedSeries {
        ShadowedSeries(job: job, series: series, status: status, reason: "X")
    }

    @Test("Only what came since, was annotated with the incumbent and took no part in the run is shadowed")
    func whatCounts() throws {
        let jobs = [
            try job(1, series: "1.1", secondsAgo: 60), try job(2, series: "1.2", model: SHA256Digest(of: [2])),
            try job(3, series: "1.3"), try job(4, series: "1.4", state: .failed),
            try job(5, series: "1.5", state: .accepted), try job(6, series: "1.6"),
        ]
        #expect(queue(jobs, known: ["1.3"]).next()?.id.rawValue == 5)
        #expect(queue(jobs, known: ["1.3"]).next(except: [JobID(rawValue: 5)])?.id.rawValue == 6)
    }

    @Test("A series is shadowed once with each profile, and keeps its number")
    func onceForEachProfile() throws {
        let jobs = [
            try job(1, series: "1.1"), try job(2, series: "1.1"), try job(3, series: "1.1", profile: "q"),
            try job(4, series: "1.2"),
        ]
        let queue = queue(jobs, [line(1, 1)])
        let next = try #require(queue.next())
        #expect(next.id.rawValue == 3 && queue.number(of: next) == 1)
        #expect(queue.number(of: jobs[3]) == 2)
    }

    @Test("What could not be compared is not tried again, and another job of its series may be")
    func skippedJobs() throws {
        let jobs = [try job(1, series: "1.1"), try job(2, series: "1.1")]
        #expect(queue(jobs, [line(1, 1, .skipped)]).next()?.id.rawValue == 2)
        #expect(queue(jobs, [line(1, 1, .skipped), line(2, 1, .refused)]).next() == nil)
    }

    @Test("Once enough series are done there is no next")
    func enough() throws {
        let jobs = [try job(1, series: "1.1"), try job(2, series: "1.2"), try job(3, series: "1.3")]
        let one = queue(jobs, [line(1, 1)])
        #expect(!one.isComplete && one.next()?.id.rawValue == 2)
        let two = queue(jobs, [line(1, 1), line(2, 2)])
        #expect(two.isComplete && two.next() == nil)
    }
}
