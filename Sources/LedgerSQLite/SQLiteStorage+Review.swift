import Foundation
import GRDB
import Ledger

extension SQLiteStorage {
    // MARK: - Verdicts

    package mutating func append(_ entry: VerdictEntry, at time: Timestamp) throws {
        try execute(
            """
            INSERT INTO verdict (job_id, verdict, reviewer, time, detail, reason, model_digest, work)
            VALUES (?, ?, ?, ?, ?, ?, ?, ?)
            """,
            [
                entry.job.rawValue, entry.verdict.rawValue, entry.reviewer, time.milliseconds, entry.detail,
                entry.reason, entry.modelDigest.hex, entry.work == .unknown ? nil : try StoredJSON.data(entry.work),
            ]
        )
    }

    package func verdicts(ofJob job: JobID) throws -> [Verdict] {
        try all("SELECT * FROM verdict WHERE job_id = ? ORDER BY id", [job.rawValue]) { row in
            guard let verdict = ReviewVerdict(rawValue: row["verdict"]) else { throw LedgerError.damagedRow("verdict") }
            let entry = VerdictEntry(
                job: job,
                verdict: verdict,
                reviewer: row["reviewer"],
                explanation: (row["detail"], row["reason"]),
                modelDigest: try row.digest("model_digest", table: "verdict"),
                work: try (row["work"] as Data?).map { try StoredJSON.value($0) } ?? .unknown
            )
            return Verdict(id: VerdictID(rawValue: row["id"]), time: row.time("time"), entry: entry)
        }
    }

    // MARK: - Displays

    package mutating func save(_ display: SeriesDisplay) throws {
        try execute(
            """
            INSERT INTO series_display (series_uid, patient_name, patient_id, birth_date, sex, accession, study_date,
                study_description, series_description, search)
            VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?)
            ON CONFLICT (series_uid) DO UPDATE SET patient_name = excluded.patient_name,
                patient_id = excluded.patient_id, birth_date = excluded.birth_date, sex = excluded.sex,
                accession = excluded.accession, study_date = excluded.study_date,
                study_description = excluded.study_description, series_description = excluded.series_description,
                search = excluded.search
            """,
            [
                display.series.rawValue, display.patientName.value, display.patientID.value, display.birthDate.value,
                display.sex.value, display.accession.value, display.studyDate.value, display.studyDescription.value,
                display.seriesDescription.value, display.searchText.value,
            ]
        )
        try execute("UPDATE series SET is_displayed = 1 WHERE uid = ?", [display.series.rawValue])
    }

    package func display(ofSeries series: SeriesUID) throws -> SeriesDisplay? {
        try one("SELECT * FROM series_display WHERE series_uid = ?", [series.rawValue], display)
    }

    func display(_ row: Row) -> SeriesDisplay {
        SeriesDisplay(
            series: SeriesUID(row["series_uid"]),
            patientName: row["patient_name"],
            patient: (row["patient_id"], row["birth_date"], row["sex"]),
            study: (row["accession"], row["study_date"], row["study_description"]),
            seriesDescription: row["series_description"],
            searchText: row["search"]
        )
    }

    package func undisplayedSeries(limit: Int) throws -> [SeriesUID] {
        try all("SELECT uid FROM series WHERE NOT is_displayed ORDER BY uid LIMIT ?", [limit]) { SeriesUID($0["uid"]) }
    }

    package func unsummarisedJobs(limit: Int) throws -> [Job] {
        try all(
            "SELECT * FROM job WHERE receipt_path IS NOT NULL AND reasons IS NULL ORDER BY id LIMIT ?",
            [limit],
            job
        )
    }

    // MARK: - Numbers and files

    package func studyNumber(_ uid: StudyUID) throws -> StudyNumber? {
        try one("SELECT number FROM study WHERE uid = ?", [uid.rawValue]) { StudyNumber(rawValue: $0["number"]) }
    }

    package func study(withNumber number: StudyNumber) throws -> Study? {
        let uid = try one("SELECT uid FROM study WHERE number = ?", [number.rawValue]) { StudyUID($0["uid"]) }
        return try uid.flatMap { try study($0) }
    }

    package func quarantine(before: FileID?, limit: Int) throws -> [DroppedFile] {
        try all(
            "SELECT * FROM file WHERE state = 'quarantined' AND id < ? ORDER BY id DESC LIMIT ?",
            [before?.rawValue ?? .max, limit],
            droppedFile
        )
    }

    // MARK: - Audit

    package mutating func save(_ anchor: AuditAnchor) throws {
        try execute(
            """
            INSERT INTO audit_anchor (id, number, digest) VALUES (1, ?, ?)
            ON CONFLICT (id) DO UPDATE SET number = excluded.number, digest = excluded.digest
            """,
            [anchor.number, anchor.digest.hex]
        )
    }

    package func auditAnchor() throws -> AuditAnchor? {
        try one("SELECT * FROM audit_anchor", []) { row in
            AuditAnchor(number: row["number"], digest: try row.digest("digest", table: "audit_anchor"))
        }
    }
}
