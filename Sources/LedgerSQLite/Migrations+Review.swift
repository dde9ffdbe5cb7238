import Foundation
import GRDB
import Ledger

extension Migrations {
    /// Verdicts with what they cost; what worklists show and are ordered by; numbers of studies; the audit's end.
    static func addReview(_ db: Database) throws {
        try createVerdicts(db)
        try numberStudies(db)
        try createDisplays(db)
        try orderJobs(db)
        try findConflicts(db)
        try db.execute(
            sql: """
                ALTER TABLE correction ADD COLUMN work BLOB;
                CREATE INDEX event_annotated ON event (time) WHERE action = 'annotate';
                CREATE TABLE audit_anchor (
                    id INTEGER PRIMARY KEY CHECK (id = 1),
                    number INTEGER NOT NULL,
                    digest TEXT NOT NULL
                ) STRICT;
                """
        )
    }

    private static func createVerdicts(_ db: Database) throws {
        try db.execute(
            sql: """
                CREATE TABLE verdict (
                    id INTEGER PRIMARY KEY AUTOINCREMENT,
                    job_id INTEGER NOT NULL REFERENCES job (id),
                    verdict TEXT NOT NULL CHECK (verdict IN ('accepted', 'corrected', 'rejected')),
                    reviewer TEXT NOT NULL,
                    time INTEGER NOT NULL,
                    detail TEXT,
                    reason TEXT,
                    model_digest TEXT NOT NULL,
                    work BLOB
                ) STRICT;
                CREATE INDEX verdict_job ON verdict (job_id);
                INSERT INTO verdict (job_id, verdict, reviewer, time, detail, model_digest)
                    SELECT job.id, CASE action WHEN 'accept' THEN 'accepted' WHEN 'correct' THEN 'corrected'
                        ELSE 'rejected' END, actor, time, detail, model_digest
                    FROM event JOIN job ON CAST(job.id AS TEXT) = event.subject
                    WHERE subject_kind = 'job' AND action IN ('accept', 'correct', 'reject') ORDER BY event.id;
                CREATE TRIGGER verdict_is_never_changed BEFORE UPDATE ON verdict
                    BEGIN SELECT RAISE(ABORT, 'verdicts are appended, never changed'); END;
                CREATE TRIGGER verdict_is_never_deleted BEFORE DELETE ON verdict
                    BEGIN SELECT RAISE(ABORT, 'verdicts are appended, never deleted'); END;
                """
        )
    }

    private static func numberStudies(_ db: Database) throws {
        try db.execute(
            sql: """
                ALTER TABLE study ADD COLUMN number INTEGER;
                UPDATE study SET number = numbered.n
                    FROM (SELECT uid, row_number() OVER (ORDER BY first_seen, uid) AS n FROM study) AS numbered
                    WHERE study.uid = numbered.uid;
                CREATE UNIQUE INDEX study_number ON study (number);
                """
        )
    }

    /// Patients' names are in this table alone, beside the stored files.
    private static func createDisplays(_ db: Database) throws {
        try db.execute(
            sql: """
                CREATE TABLE series_display (
                    series_uid TEXT PRIMARY KEY REFERENCES series (uid),
                    patient_name TEXT NOT NULL,
                    patient_id TEXT NOT NULL,
                    birth_date TEXT NOT NULL,
                    sex TEXT NOT NULL,
                    accession TEXT NOT NULL,
                    study_date TEXT NOT NULL,
                    study_description TEXT NOT NULL,
                    series_description TEXT NOT NULL,
                    search TEXT NOT NULL
                ) STRICT, WITHOUT ROWID;
                -- A search reads this index from end to end.
                CREATE INDEX series_display_search ON series_display (search);
                ALTER TABLE series ADD COLUMN is_displayed INTEGER NOT NULL DEFAULT 0;
                CREATE INDEX series_undisplayed ON series (uid) WHERE NOT is_displayed;
                """
        )
    }

    /// `attention` is ``Job/attention``, so that an index holds what waits in the order in which it is shown.
    private static func orderJobs(_ db: Database) throws {
        try db.execute(
            sql: """
                ALTER TABLE job ADD COLUMN is_conflict INTEGER NOT NULL DEFAULT 0;
                ALTER TABLE job ADD COLUMN interest REAL;
                ALTER TABLE job ADD COLUMN reasons TEXT;
                ALTER TABLE job ADD COLUMN attention REAL GENERATED ALWAYS AS (
                    CASE WHEN superseded_by IS NOT NULL THEN NULL
                        WHEN is_conflict THEN 0.0
                        WHEN state = 'needs-prompt' THEN 1.0
                        WHEN state = 'annotated' THEN 3.0 - min(coalesce(interest, instability, 0.0), 1.0)
                    END) VIRTUAL;
                CREATE INDEX job_attention ON job (attention, id, profile_id) WHERE attention IS NOT NULL;
                CREATE INDEX job_changed ON job (state, updated, id, profile_id, is_conflict) WHERE superseded_by IS NULL;
                CREATE INDEX job_updated ON job (updated, id, profile_id);
                CREATE INDEX job_unsummarised ON job (id) WHERE receipt_path IS NOT NULL AND reasons IS NULL;
                """
        )
    }

    /// Corrections that contradict each other were looked for whenever somebody asked.
    private static func findConflicts(_ db: Database) throws {
        let rows = try Row.fetchAll(
            db,
            sql: "SELECT job_id, segments FROM correction WHERE state = 'current' AND intent = 'correct'"
        )
        for (job, rows) in Dictionary(grouping: rows, by: { $0["job_id"] as Int64 }) {
            let masks = try rows.map { row -> [String: Set<ContentDigest?>] in
                let segments: [CorrectionSegment] =
                    try (row["segments"] as Data?).map { try StoredJSON.value($0) } ?? []
                return Dictionary(grouping: segments, by: \.structure).mapValues { Set($0.map(\.maskDigest)) }
            }
            guard let first = masks.first, !masks.allSatisfy({ $0 == first }) else { continue }
            try db.execute(sql: "UPDATE job SET is_conflict = 1 WHERE id = ?", arguments: [job])
        }
    }
}
