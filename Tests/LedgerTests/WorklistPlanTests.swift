import Foundation
import GRDB
import Ledger
import TestSupport
import Testing

@testable import LedgerSQLite

/// That a page of a worklist is a walk along an index, however many jobs there are.
@Suite struct WorklistPlanTests {
    private func plan(_ sql: String, _ path: String) throws -> String {
        let queue = try DatabaseQueue(path: path)
        return try queue.read { db in
            try Row.fetchAll(db, sql: "EXPLAIN QUERY PLAN \(sql)").map { $0["detail"] as String }.joined(
                separator: "\n"
            )
        }
    }

    @Test(
        "Pages walk along an index and sort nothing",
        arguments: [
            ("SELECT id FROM job WHERE attention IS NOT NULL ORDER BY attention, id LIMIT 50", "job_attention"),
            (
                "SELECT id FROM job WHERE attention IS NOT NULL AND (attention, id) > (2.5, 7) ORDER BY attention, id LIMIT 50",
                "job_attention"
            ),
            (
                "SELECT id FROM job WHERE attention IS NOT NULL AND attention >= 2.0 AND profile_id = 'p' ORDER BY attention, id LIMIT 50",
                "job_attention"
            ),
            (
                "SELECT id FROM job WHERE superseded_by IS NULL AND state = 'accepted' AND (updated, id) < (9, 7) ORDER BY updated DESC, id DESC LIMIT 50",
                "job_changed"
            ),
            ("SELECT id FROM job WHERE (updated, id) < (9, 7) ORDER BY updated DESC, id DESC LIMIT 50", "job_updated"),
            ("SELECT series_uid FROM series_display WHERE instr(search, 'x') > 0 LIMIT 9", "series_display_search"),
            ("SELECT uid FROM series WHERE NOT is_displayed ORDER BY uid LIMIT 9", "series_undisplayed"),
            (
                "SELECT * FROM job WHERE receipt_path IS NOT NULL AND reasons IS NULL ORDER BY id LIMIT 9",
                "job_unsummarised"
            ),
        ]
    )
    func pagesWalkAlongAnIndex(sql: String, index: String) throws {
        try withTemporaryFolder { folder in
            let path = folder.appending(path: "l.sqlite").path
            let ledger = try SQLiteLedger(at: path)
            try ledger.close()
            let plan = try plan(sql, path)
            #expect(plan.contains("INDEX \(index)"), "\(plan)")
            #expect(!plan.contains("TEMP B-TREE"), "\(plan)")
        }
    }

    @Test("Verdicts are never changed and never removed")
    func verdictsStay() async throws {
        try await withTemporaryFolder { folder in
            let path = folder.appending(path: "l.sqlite").path
            let ledger = try SQLiteLedger(at: path)
            _ = try await ledger.queue(1)
            let leased = try await ledger.claim()
            try #require(try await ledger.publish(result(), under: leased.lease))
            try await ledger.decide(leased.job.id, .accept, by: "rolf")
            try ledger.close()
            let queue = try DatabaseQueue(path: path)
            for sql in ["DELETE FROM verdict", "UPDATE verdict SET reviewer = 'nobody'"] {
                await #expect(throws: DatabaseError.self) { try await queue.write { try $0.execute(sql: sql) } }
            }
            try queue.close()
        }
    }
}
