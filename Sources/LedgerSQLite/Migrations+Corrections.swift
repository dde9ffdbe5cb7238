import GRDB

extension Migrations {
    /// Corrections with what they say of each segment; who reviewed a job last; events about corrections.
    static func addCorrections(_ db: Database) throws {
        try createCorrections(db)
        try addReviews(db)
        try widenEvents(db)
    }

    private static func createCorrections(_ db: Database) throws {
        try db.execute(
            sql: """
                CREATE TABLE correction (
                    id INTEGER PRIMARY KEY AUTOINCREMENT,
                    intent TEXT NOT NULL CHECK (intent IN ('correct', 'reject')),
                    digest TEXT NOT NULL,
                    size INTEGER NOT NULL,
                    store_path TEXT NOT NULL,
                    file_id INTEGER REFERENCES file (id),
                    submitted_by TEXT NOT NULL,
                    by_number INTEGER NOT NULL DEFAULT 0,
                    state TEXT NOT NULL CHECK (state IN ('received', 'held', 'current', 'superseded')),
                    reason TEXT,
                    message TEXT,
                    content BLOB,
                    sop_instance_uid TEXT,
                    series_uid TEXT,
                    job_id INTEGER REFERENCES job (id),
                    segments BLOB,
                    superseded_by INTEGER REFERENCES correction (id),
                    received INTEGER NOT NULL,
                    updated INTEGER NOT NULL,
                    settled INTEGER,
                    -- The same bytes are one correction, however often they come.
                    UNIQUE (digest, intent),
                    CHECK ((state = 'held') = (reason IS NOT NULL)),
                    CHECK (state NOT IN ('current', 'superseded') OR (job_id IS NOT NULL AND settled IS NOT NULL))
                ) STRICT;
                CREATE INDEX correction_state ON correction (state);
                CREATE INDEX correction_sop ON correction (sop_instance_uid) WHERE sop_instance_uid IS NOT NULL;
                CREATE INDEX correction_job ON correction (job_id) WHERE job_id IS NOT NULL;
                """
        )
    }

    private static func addReviews(_ db: Database) throws {
        try db.execute(
            sql: """
                ALTER TABLE job ADD COLUMN reviewer TEXT;
                ALTER TABLE job ADD COLUMN reviewed INTEGER;
                UPDATE job SET
                    (reviewer, reviewed) = (SELECT actor, time FROM event
                        WHERE subject_kind = 'job' AND subject = CAST(job.id AS TEXT)
                            AND action IN ('accept', 'correct', 'reject')
                        ORDER BY id DESC LIMIT 1)
                    WHERE state IN ('accepted', 'corrected', 'rejected');
                CREATE INDEX job_reviewed ON job (reviewed) WHERE reviewed IS NOT NULL;
                """
        )
    }

    /// SQLite cannot change a CHECK: the rows go to a new table with their numbers.
    private static func widenEvents(_ db: Database) throws {
        try db.execute(
            sql: """
                CREATE TABLE event_with_corrections (
                    id INTEGER PRIMARY KEY AUTOINCREMENT,
                    time INTEGER NOT NULL,
                    actor TEXT NOT NULL,
                    subject_kind TEXT NOT NULL
                        CHECK (subject_kind IN ('job', 'file', 'series', 'study', 'correction')),
                    subject TEXT NOT NULL,
                    action TEXT NOT NULL,
                    detail TEXT
                ) STRICT;
                INSERT INTO event_with_corrections SELECT id, time, actor, subject_kind, subject, action, detail
                    FROM event ORDER BY id;
                DROP TABLE event;
                ALTER TABLE event_with_corrections RENAME TO event;
                CREATE INDEX event_subject ON event (subject_kind, subject);
                CREATE TRIGGER event_is_never_changed BEFORE UPDATE ON event
                    BEGIN SELECT RAISE(ABORT, 'events are appended, never changed'); END;
                CREATE TRIGGER event_is_never_deleted BEFORE DELETE ON event
                    BEGIN SELECT RAISE(ABORT, 'events are appended, never deleted'); END;
                """
        )
    }
}
