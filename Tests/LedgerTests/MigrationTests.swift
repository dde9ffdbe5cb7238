import Foundation
import GRDB
import Ledger
import TestSupport
import Testing

@testable import LedgerSQLite

@Suite struct MigrationTests {
    /// What ledgers looked like before there were corrections.
    private static let first = "files, instances, series, jobs and events"

    private func makeFirstLedger(_ path: String) throws {
        let queue = try DatabaseQueue(path: path)
        try Migrations.migrator.migrate(queue, upTo: Self.first)
        try queue.write { db in
            try db.execute(
                sql: """
                    INSERT INTO study VALUES ('1', 'P', 'open', 1);
                    INSERT INTO series VALUES ('1.2', '1', 'CT', 'planned', NULL, NULL, '', 1, 1, 1);
                    INSERT INTO job (key, series_uid, study_uid, profile_id, profile_version, model_digest, state, not_before,
                        receipt_path, created, updated)
                    VALUES ('k1', '1.2', '1', 'p', '1', '\(String(repeating: "0", count: 64))', 'accepted', 1, 'r', 1, 9),
                        ('k2', '1.2', '1', 'p', '2', '\(String(repeating: "0", count: 64))', 'annotated', 1, 'r', 1, 9);
                    INSERT INTO event (time, actor, subject_kind, subject, action, detail) VALUES
                        (5, 'w', 'job', '1', 'annotate', NULL), (6, 'anna', 'job', '1', 'reject', NULL),
                        (7, 'bert', 'job', '1', 'accept', NULL), (8, 'ingest', 'study', '1', 'hold', 'X');
                    """
            )
        }
        try queue.close()
    }

    @Test("A ledger from before corrections is brought up to date with all that it knew")
    func earlierLedgersAreBroughtUpToDate() async throws {
        try await withTemporaryFolder { folder in
            let path = folder.appending(path: "l.sqlite").path
            try makeFirstLedger(path)
            let ledger = try SQLiteLedger(at: path)
            let jobs = try await ledger.jobs(JobFilter())
            #expect(jobs.map(\.state) == [.accepted, .annotated])
            #expect(jobs.map(\.review) == [JobReview(by: "bert", at: Timestamp(milliseconds: 7)), nil])
            let events = try await ledger.events(after: nil, limit: .max)
            #expect(events.map(\.id.rawValue) == [1, 2, 3, 4])
            #expect(events.map(\.actor) == ["w", "anna", "bert", "ingest"])
            #expect(events.last?.detail == "X")
            let digest = digest("a")
            let submission = CorrectionSubmission(
                intent: .correct,
                digest: digest,
                size: 1,
                storePath: "c",
                submittedBy: "anna"
            )
            _ = try await ledger.receive(submission)
            #expect(try await ledger.events(after: EventID(rawValue: 4), limit: 9).map(\.id.rawValue) == [5])
            try ledger.close()

            let queue = try DatabaseQueue(path: path)
            for sql in ["DELETE FROM event", "UPDATE event SET actor = 'nobody'"] {
                await #expect(throws: DatabaseError.self) { try await queue.write { try $0.execute(sql: sql) } }
            }
            #expect(try await queue.read { try Row.fetchAll($0, sql: "PRAGMA foreign_key_check").isEmpty })
            try queue.close()
            let again = try SQLiteLedger(at: path)
            #expect(try await again.corrections(CorrectionFilter()).map(\.digest) == [digest])
            try again.close()
        }
    }

    @Test("A reader of this version says what to do with a ledger of an earlier one")
    func readersNameEarlierLedgers() throws {
        try withTemporaryFolder { folder in
            let path = folder.appending(path: "l.sqlite").path
            try makeFirstLedger(path)
            let error = #expect(throws: LedgerError.self) { try SQLiteLedgerReader(at: path) }
            #expect(error?.code == .unavailable)
            #expect(error?.description.contains("start the service once") == true)
        }
    }
}
