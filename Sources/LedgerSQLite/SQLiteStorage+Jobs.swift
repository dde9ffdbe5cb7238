import GRDB
import Ledger

extension SQLiteStorage {
    package mutating func insertJob(_ plan: JobPlan, series: Series, at time: Timestamp) throws -> Job {
        try execute(
            """
            INSERT INTO job (key, series_uid, study_uid, profile_id, profile_version, model_digest, state, not_before, created,
                updated)
            VALUES (?, ?, ?, ?, ?, ?, 'queued', ?, ?, ?)
            """,
            [
                plan.key.rawValue, series.uid.rawValue, series.study.rawValue, plan.profile.id, plan.profile.version,
                plan.modelDigest.hex, time.milliseconds, time.milliseconds, time.milliseconds,
            ]
        )
        let id = JobID(rawValue: db.lastInsertedRowID)
        for (ordinal, instance) in plan.instances.enumerated() {
            try execute(
                "INSERT INTO job_instance (job_id, ordinal, sop_instance_uid) VALUES (?, ?, ?)",
                [id.rawValue, ordinal, instance.rawValue]
            )
        }
        return Job(id: id, plan: plan, series: series, created: time)
    }

    package mutating func update(_ job: Job) throws {
        let segmentation = job.result?.segmentation
        try execute(
            """
            UPDATE job SET state = ?, epoch = ?, lease_owner = ?, lease_expires = ?, attempts = ?, not_before = ?,
                reason = ?, message = ?, segmentation_path = ?, segmentation_digest = ?, segmentation_uid = ?,
                receipt_path = ?, instability = ?, superseded_by = ?, reviewer = ?, reviewed = ?, is_conflict = ?,
                interest = ?, reasons = ?, updated = ?
            WHERE id = ?
            """,
            [
                job.state.rawValue, job.epoch, job.lease?.owner.rawValue, job.lease?.expires.milliseconds,
                job.attempts, job.notBefore.milliseconds, job.reason?.code, job.reason?.message, segmentation?.path,
                segmentation?.digest.hex, segmentation?.sopInstanceUID.rawValue, job.result?.receiptPath,
                job.result?.instability, job.supersededBy?.rawValue, job.review?.reviewer,
                job.review?.time.milliseconds, job.isConflict, job.summary?.interest,
                try job.summary.map { try StoredJSON.text($0.reasons) }, job.updated.milliseconds, job.id.rawValue,
            ]
        )
    }

    package func job(_ id: JobID) throws -> Job? {
        try one("SELECT * FROM job WHERE id = ?", [id.rawValue], job)
    }

    package func job(withKey key: JobKey) throws -> Job? {
        try one("SELECT * FROM job WHERE key = ?", [key.rawValue], job)
    }

    package func jobs(_ filter: JobFilter) throws -> [Job] {
        var conditions = Conditions()
        conditions.require("state", in: filter.states?.map(\.rawValue))
        conditions.require("series_uid", equals: filter.series?.rawValue)
        conditions.require("study_uid", equals: filter.study?.rawValue)
        return try all(
            "SELECT * FROM job\(conditions.clause) ORDER BY id LIMIT ?",
            conditions.arguments(limit: filter.limit),
            job
        )
    }

    package func jobCounts() throws -> [JobState: Int] {
        let counts = try all("SELECT state, count(*) AS count FROM job GROUP BY state", []) { row in
            guard let state = JobState(rawValue: row["state"]) else { throw LedgerError.damagedRow("job") }
            return (state, row["count"] as Int)
        }
        return Dictionary(uniqueKeysWithValues: counts)
    }

    package func job(withSegmentation uid: InstanceUID) throws -> Job? {
        try one("SELECT * FROM job WHERE segmentation_uid = ?", [uid.rawValue], job)
    }

    package func reviewCounts(after moment: Timestamp) throws -> [JobState: Int] {
        let counts = try all(
            """
            SELECT state, count(*) AS count FROM job
            WHERE reviewed > ? AND state IN ('accepted', 'corrected', 'rejected') GROUP BY state
            """,
            [moment.milliseconds]
        ) { row in
            guard let state = JobState(rawValue: row["state"]) else { throw LedgerError.damagedRow("job") }
            return (state, row["count"] as Int)
        }
        return Dictionary(uniqueKeysWithValues: counts)
    }

    package func nextQueuedJob(at time: Timestamp) throws -> Job? {
        try one(
            "SELECT * FROM job WHERE state = 'queued' AND not_before <= ? ORDER BY id LIMIT 1",
            [time.milliseconds],
            job
        )
    }

    package func jobsWithLease(expiredAt time: Timestamp) throws -> [Job] {
        try all(
            "SELECT * FROM job WHERE state = 'running' AND lease_expires <= ? ORDER BY id",
            [time.milliseconds],
            job
        )
    }

    func job(_ row: Row) throws -> Job {
        guard let state = JobState(rawValue: row["state"]) else { throw LedgerError.damagedRow("job") }
        var job = Job(
            id: JobID(rawValue: row["id"]),
            key: JobKey(rawValue: row["key"]),
            series: SeriesUID(row["series_uid"]),
            study: StudyUID(row["study_uid"]),
            profile: ProfileReference(id: row["profile_id"], version: row["profile_version"]),
            modelDigest: try row.digest("model_digest", table: "job"),
            created: row.time("created")
        )
        job.state = state
        job.epoch = row["epoch"]
        job.attempts = row["attempts"]
        job.notBefore = row.time("not_before")
        job.updated = row.time("updated")
        if let owner = row["lease_owner"] as String? {
            let expires = row.time("lease_expires")
            job.lease = Lease(job: job.id, owner: WorkerID(owner), epoch: job.epoch, expires: expires)
        }
        if let code = row["reason"] as String? { job.reason = JobReason(code, message: row["message"]) }
        job.result = try result(row)
        if let reviewer = row["reviewer"] as String? {
            job.review = JobReview(by: reviewer, at: row.time("reviewed"))
        }
        job.supersededBy = (row["superseded_by"] as Int64?).map { JobID(rawValue: $0) }
        job.isConflict = row["is_conflict"]
        if let reasons = row["reasons"] as String? {
            job.summary = ResultSummary(reasons: try StoredJSON.value(reasons), interest: row["interest"] ?? 0)
        }
        return job
    }

    private func result(_ row: Row) throws -> JobResult? {
        guard let receipt = row["receipt_path"] as String? else { return nil }
        var segmentation: SegmentationFile?
        if let path = row["segmentation_path"] as String? {
            segmentation = SegmentationFile(
                path: path,
                digest: try row.digest("segmentation_digest", table: "job"),
                sopInstanceUID: InstanceUID(row["segmentation_uid"])
            )
        }
        return JobResult(segmentation: segmentation, receiptPath: receipt, instability: row["instability"])
    }
}
