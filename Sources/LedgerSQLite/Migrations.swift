import GRDB

/// The schema's history. Migrations are appended, and never edited once released.
enum Migrations {
    static var migrator: DatabaseMigrator {
        var migrator = DatabaseMigrator()
        migrator.registerMigration("files, instances, series, jobs and events", migrate: createTables)
        migrator.registerMigration("corrections and reviews", migrate: addCorrections)
        migrator.registerMigration("verdicts, worklist and audit", migrate: addReview)
        migrator.registerMigration("reviews without a result", migrate: allowReviewsWithoutResult)
        return migrator
    }

    private static func createTables(_ db: Database) throws {
        try createFiles(db)
        try createInstances(db)
        try createJobs(db)
        try createEvents(db)
    }

    private static func createFiles(_ db: Database) throws {
        try db.execute(
            sql: """
                CREATE TABLE file (
                    id INTEGER PRIMARY KEY AUTOINCREMENT,
                    root TEXT NOT NULL,
                    path BLOB NOT NULL,
                    size INTEGER NOT NULL,
                    modified INTEGER NOT NULL,
                    inode INTEGER NOT NULL,
                    first_seen INTEGER NOT NULL,
                    updated INTEGER NOT NULL,
                    state TEXT NOT NULL
                        CHECK (state IN ('pending', 'stored', 'duplicate', 'ignored', 'quarantined')),
                    reason TEXT,
                    message TEXT,
                    flags TEXT NOT NULL DEFAULT '',
                    digest TEXT,
                    copy TEXT,
                    sop_instance_uid TEXT,
                    study_uid TEXT,
                    is_current INTEGER NOT NULL DEFAULT 1,
                    CHECK (state = 'pending' OR (state = 'stored') = (reason IS NULL))
                ) STRICT;
                -- One name stands for one file.
                CREATE UNIQUE INDEX file_name ON file (root, path) WHERE is_current;
                CREATE INDEX file_state ON file (state, reason);
                CREATE INDEX file_study ON file (study_uid, state) WHERE study_uid IS NOT NULL;
                """
        )
    }

    private static func createInstances(_ db: Database) throws {
        try db.execute(
            sql: """
                CREATE TABLE study (
                    uid TEXT PRIMARY KEY,
                    patient_identity TEXT NOT NULL,
                    state TEXT NOT NULL CHECK (state IN ('open', 'held')),
                    first_seen INTEGER NOT NULL
                ) STRICT, WITHOUT ROWID;
                CREATE TABLE series (
                    uid TEXT PRIMARY KEY,
                    study_uid TEXT NOT NULL REFERENCES study (uid),
                    modality TEXT NOT NULL,
                    state TEXT NOT NULL CHECK (state IN ('receiving', 'planned', 'unmatched', 'held')),
                    reason TEXT,
                    message TEXT,
                    flags TEXT NOT NULL,
                    instance_count INTEGER NOT NULL,
                    revision INTEGER NOT NULL,
                    last_arrival INTEGER NOT NULL
                ) STRICT, WITHOUT ROWID;
                CREATE INDEX series_study ON series (study_uid);
                CREATE INDEX series_state ON series (state);
                CREATE TABLE instance (
                    sop_instance_uid TEXT PRIMARY KEY,
                    sop_class_uid TEXT NOT NULL,
                    series_uid TEXT NOT NULL REFERENCES series (uid) DEFERRABLE INITIALLY DEFERRED,
                    study_uid TEXT NOT NULL REFERENCES study (uid) DEFERRABLE INITIALLY DEFERRED,
                    patient_identity TEXT NOT NULL,
                    modality TEXT NOT NULL,
                    digest TEXT NOT NULL UNIQUE,
                    size INTEGER NOT NULL,
                    store_path TEXT NOT NULL,
                    flags TEXT NOT NULL,
                    header BLOB NOT NULL,
                    file_id INTEGER NOT NULL REFERENCES file (id),
                    stored INTEGER NOT NULL
                ) STRICT, WITHOUT ROWID;
                CREATE INDEX instance_series ON instance (series_uid);
                """
        )
    }

    private static func createJobs(_ db: Database) throws {
        try db.execute(
            sql: """
                CREATE TABLE job (
                    id INTEGER PRIMARY KEY AUTOINCREMENT,
                    key TEXT NOT NULL UNIQUE,
                    series_uid TEXT NOT NULL REFERENCES series (uid),
                    study_uid TEXT NOT NULL REFERENCES study (uid),
                    profile_id TEXT NOT NULL,
                    profile_version TEXT NOT NULL,
                    model_digest TEXT NOT NULL,
                    state TEXT NOT NULL CHECK (state IN ('queued', 'running', 'annotated', 'needs-prompt',
                        'accepted', 'corrected', 'rejected', 'failed', 'cancelled')),
                    epoch INTEGER NOT NULL DEFAULT 0,
                    lease_owner TEXT,
                    lease_expires INTEGER,
                    attempts INTEGER NOT NULL DEFAULT 0,
                    not_before INTEGER NOT NULL,
                    reason TEXT,
                    message TEXT,
                    segmentation_path TEXT,
                    segmentation_digest TEXT,
                    segmentation_uid TEXT UNIQUE,
                    receipt_path TEXT,
                    instability REAL,
                    superseded_by INTEGER REFERENCES job (id),
                    created INTEGER NOT NULL,
                    updated INTEGER NOT NULL,
                    CHECK ((state = 'running') = (lease_owner IS NOT NULL)),
                    CHECK ((lease_owner IS NULL) = (lease_expires IS NULL)),
                    CHECK (state NOT IN ('annotated', 'accepted', 'corrected', 'rejected')
                        OR receipt_path IS NOT NULL)
                ) STRICT;
                CREATE INDEX job_queue ON job (id) WHERE state = 'queued';
                CREATE INDEX job_lease ON job (lease_expires) WHERE state = 'running';
                CREATE INDEX job_series ON job (series_uid);
                CREATE INDEX job_study ON job (study_uid);
                CREATE INDEX job_state ON job (state);
                CREATE TABLE job_instance (
                    job_id INTEGER NOT NULL REFERENCES job (id),
                    ordinal INTEGER NOT NULL,
                    sop_instance_uid TEXT NOT NULL REFERENCES instance (sop_instance_uid),
                    PRIMARY KEY (job_id, ordinal)
                ) STRICT, WITHOUT ROWID;
                """
        )
    }

    private static func createEvents(_ db: Database) throws {
        try db.execute(
            sql: """
                CREATE TABLE event (
                    id INTEGER PRIMARY KEY AUTOINCREMENT,
                    time INTEGER NOT NULL,
                    actor TEXT NOT NULL,
                    subject_kind TEXT NOT NULL CHECK (subject_kind IN ('job', 'file', 'series', 'study')),
                    subject TEXT NOT NULL,
                    action TEXT NOT NULL,
                    detail TEXT
                ) STRICT;
                CREATE INDEX event_subject ON event (subject_kind, subject);
                CREATE TRIGGER event_is_never_changed BEFORE UPDATE ON event
                    BEGIN SELECT RAISE(ABORT, 'events are appended, never changed'); END;
                CREATE TRIGGER event_is_never_deleted BEFORE DELETE ON event
                    BEGIN SELECT RAISE(ABORT, 'events are appended, never deleted'); END;
                """
        )
    }
}
