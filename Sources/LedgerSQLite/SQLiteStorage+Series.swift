import Foundation
import GRDB
import Ledger

extension SQLiteStorage {
    // MARK: - Instances

    package mutating func insert(_ instance: Instance) throws {
        let identity = instance.identity
        try execute(
            """
            INSERT INTO instance (sop_instance_uid, sop_class_uid, series_uid, study_uid, patient_identity, modality, digest, size,
                store_path, flags, header, file_id, stored)
            VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?)
            """,
            [
                identity.sopInstanceUID.rawValue, identity.sopClassUID, identity.seriesUID.rawValue,
                identity.studyUID.rawValue, identity.patientIdentity, identity.modality, instance.digest.hex,
                instance.size,
                instance.storePath, instance.flags.joined(separator: "\n"), Data(instance.header),
                instance.file.rawValue, instance.stored.milliseconds,
            ]
        )
    }

    package func instance(_ uid: InstanceUID) throws -> Instance? {
        try one("SELECT * FROM instance WHERE sop_instance_uid = ?", [uid.rawValue], instance)
    }

    package func instance(withDigest digest: ContentDigest) throws -> Instance? {
        try one("SELECT * FROM instance WHERE digest = ?", [digest.hex], instance)
    }

    package func instances(ofSeries series: SeriesUID) throws -> [Instance] {
        try all(
            "SELECT * FROM instance WHERE series_uid = ? ORDER BY sop_instance_uid",
            [series.rawValue],
            instance
        )
    }

    package func firstInstance(ofSeries series: SeriesUID) throws -> Instance? {
        try one(
            "SELECT * FROM instance WHERE series_uid = ? ORDER BY sop_instance_uid LIMIT 1",
            [series.rawValue],
            instance
        )
    }

    package func instances(ofJob job: JobID) throws -> [Instance] {
        try all(
            """
            SELECT instance.* FROM job_instance JOIN instance USING (sop_instance_uid)
            WHERE job_id = ? ORDER BY ordinal
            """,
            [job.rawValue],
            instance
        )
    }

    private func instance(_ row: Row) throws -> Instance {
        let identity = InstanceIdentity(
            sopClassUID: row["sop_class_uid"],
            sopInstanceUID: InstanceUID(row["sop_instance_uid"]),
            seriesUID: SeriesUID(row["series_uid"]),
            studyUID: StudyUID(row["study_uid"]),
            patientIdentity: row["patient_identity"],
            modality: row["modality"]
        )
        let header: Data = row["header"]
        let candidate = InstanceCandidate(
            file: FileID(rawValue: row["file_id"]),
            identity: identity,
            digest: try row.digest("digest", table: "instance"),
            size: row["size"],
            storePath: row["store_path"],
            flags: row.flags("flags"),
            header: Array(header)
        )
        return Instance(candidate, stored: row.time("stored"))
    }

    // MARK: - Series and studies

    package mutating func save(_ series: Series) throws {
        try execute(
            """
            INSERT INTO series (uid, study_uid, modality, state, reason, message, flags, instance_count, revision,
                last_arrival)
            VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?)
            ON CONFLICT (uid) DO UPDATE SET state = excluded.state, reason = excluded.reason, message = excluded.message,
                flags = excluded.flags, instance_count = excluded.instance_count, revision = excluded.revision,
                last_arrival = excluded.last_arrival
            """,
            [
                series.uid.rawValue, series.study.rawValue, series.modality, series.state.rawValue, series.reason,
                series.message, series.flags.joined(separator: "\n"), series.instanceCount, series.revision,
                series.lastArrival.milliseconds,
            ]
        )
    }

    package func series(_ uid: SeriesUID) throws -> Series? {
        try one("SELECT * FROM series WHERE uid = ?", [uid.rawValue], series)
    }

    package func series(in states: Set<SeriesState>) throws -> [Series] {
        var conditions = Conditions()
        conditions.require("state", in: states.map(\.rawValue))
        return try all("SELECT * FROM series\(conditions.clause) ORDER BY uid", conditions.arguments, series)
    }

    package func series(ofStudy study: StudyUID) throws -> [Series] {
        try all("SELECT * FROM series WHERE study_uid = ? ORDER BY uid", [study.rawValue], series)
    }

    private func series(_ row: Row) throws -> Series {
        guard let state = SeriesState(rawValue: row["state"]) else { throw LedgerError.damagedRow("series") }
        var series = Series(
            uid: SeriesUID(row["uid"]),
            study: StudyUID(row["study_uid"]),
            modality: row["modality"],
            firstSeen: row.time("last_arrival")
        )
        series.state = state
        series.reason = row["reason"]
        series.message = row["message"]
        series.flags = row.flags("flags")
        series.instanceCount = row["instance_count"]
        series.revision = row["revision"]
        return series
    }

    package mutating func save(_ study: Study) throws {
        try execute(
            """
            INSERT INTO study (uid, patient_identity, state, first_seen, number)
            VALUES (?, ?, ?, ?, (SELECT coalesce(max(number), 0) + 1 FROM study))
            ON CONFLICT (uid) DO UPDATE SET state = excluded.state
            """,
            [study.uid.rawValue, study.patientIdentity, study.state.rawValue, study.firstSeen.milliseconds]
        )
    }

    package func study(_ uid: StudyUID) throws -> Study? {
        try one("SELECT * FROM study WHERE uid = ?", [uid.rawValue], study)
    }

    package func studies(offset: Int, limit: Int) throws -> [Study] {
        try all("SELECT * FROM study ORDER BY first_seen DESC, uid LIMIT ? OFFSET ?", [limit, offset], study)
    }

    private func study(_ row: Row) throws -> Study {
        guard let state = StudyState(rawValue: row["state"]) else { throw LedgerError.damagedRow("study") }
        return Study(
            uid: StudyUID(row["uid"]),
            patientIdentity: row["patient_identity"],
            state: state,
            firstSeen: row.time("first_seen")
        )
    }
}
