import Foundation
import GRDB
import Ledger

extension SQLiteStorage {
    package mutating func insertCorrection(
        _ submission: CorrectionSubmission,
        at time: Timestamp
    ) throws -> Correction {
        try execute(
            """
            INSERT INTO correction
                (intent, digest, size, store_path, file_id, submitted_by, by_number, job_id, work, state, received, updated)
            VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, 'received', ?, ?)
            """,
            [
                submission.intent.rawValue, submission.digest.hex, submission.size, submission.storePath,
                submission.file?.rawValue, submission.submittedBy, submission.matchesByNumber, submission.job?.rawValue,
                try StoredJSON.data(submission.work), time.milliseconds, time.milliseconds,
            ]
        )
        let id = CorrectionID(rawValue: db.lastInsertedRowID)
        return Correction(id: id, submission: submission, received: time)
    }

    package mutating func update(_ correction: Correction) throws {
        try execute(
            """
            UPDATE correction SET updated = ?, state = ?, reason = ?, message = ?, by_number = ?, content = ?,
                sop_instance_uid = ?, series_uid = ?, job_id = ?, segments = ?, superseded_by = ?, settled = ?
            WHERE id = ?
            """,
            [
                correction.updated.milliseconds, correction.state.rawValue, correction.reason?.code,
                correction.reason?.message, correction.matchesByNumber, try correction.content.map(StoredJSON.data),
                correction.content?.sopInstanceUID.rawValue, correction.series?.rawValue, correction.job?.rawValue,
                try StoredJSON.data(correction.segments), correction.supersededBy?.rawValue,
                correction.settled?.milliseconds, correction.id.rawValue,
            ]
        )
    }

    package func correction(_ id: CorrectionID) throws -> Correction? {
        try one("SELECT * FROM correction WHERE id = ?", [id.rawValue], correction)
    }

    package func correction(withDigest digest: ContentDigest, intent: CorrectionIntent) throws -> Correction? {
        try one(
            "SELECT * FROM correction WHERE digest = ? AND intent = ?",
            [digest.hex, intent.rawValue],
            correction
        )
    }

    package func correction(withSegmentation uid: InstanceUID) throws -> Correction? {
        try one(
            "SELECT * FROM correction WHERE sop_instance_uid = ? ORDER BY id DESC LIMIT 1",
            [uid.rawValue],
            correction
        )
    }

    package func corrections(_ filter: CorrectionFilter) throws -> [Correction] {
        var conditions = Conditions()
        conditions.require("state", in: filter.states?.map(\.rawValue))
        conditions.require("intent", equals: filter.intent?.rawValue)
        // A number goes in as digits: SQLite compares it with the column as a number.
        conditions.require("job_id", equals: filter.job.map { String($0.rawValue) })
        return try all("SELECT * FROM correction\(conditions.clause) ORDER BY id", conditions.arguments, correction)
    }

    package func correctionCounts(of intent: CorrectionIntent?) throws -> [CorrectionState: Int] {
        var conditions = Conditions()
        conditions.require("intent", equals: intent?.rawValue)
        let query = "SELECT state, count(*) AS count FROM correction\(conditions.clause) GROUP BY state"
        let counts = try all(query, conditions.arguments) { row in
            guard let state = CorrectionState(rawValue: row["state"]) else {
                throw LedgerError.damagedRow("correction")
            }
            return (state, row["count"] as Int)
        }
        return Dictionary(uniqueKeysWithValues: counts)
    }

    private func correction(_ row: Row) throws -> Correction {
        guard let intent = CorrectionIntent(rawValue: row["intent"]),
            let state = CorrectionState(rawValue: row["state"])
        else { throw LedgerError.damagedRow("correction") }
        let submission = CorrectionSubmission(
            intent: intent,
            digest: try row.digest("digest", table: "correction"),
            size: row["size"],
            storePath: row["store_path"],
            file: (row["file_id"] as Int64?).map { FileID(rawValue: $0) },
            submittedBy: row["submitted_by"],
            matchesByNumber: row["by_number"],
            work: try (row["work"] as Data?).map { try StoredJSON.value($0) } ?? .unknown
        )
        let id = CorrectionID(rawValue: row["id"])
        var correction = Correction(id: id, submission: submission, received: row.time("received"))
        correction.updated = row.time("updated")
        correction.state = state
        if let code = row["reason"] as String? { correction.reason = JobReason(code, message: row["message"]) }
        if let content = row["content"] as Data? { correction.content = try StoredJSON.value(content) }
        if let segments = row["segments"] as Data? { correction.segments = try StoredJSON.value(segments) }
        correction.series = (row["series_uid"] as String?).map { SeriesUID($0) }
        correction.job = (row["job_id"] as Int64?).map { JobID(rawValue: $0) }
        correction.supersededBy = (row["superseded_by"] as Int64?).map { CorrectionID(rawValue: $0) }
        correction.settled = (row["settled"] as Int64?).map { Timestamp(milliseconds: $0) }
        return correction
    }
}
