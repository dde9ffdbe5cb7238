import GRDB
import Ledger

extension SQLiteStorage {
    package mutating func append(_ entry: EventEntry, at time: Timestamp) throws {
        let (kind, subject) = entry.subject.columns
        try execute(
            "INSERT INTO event (time, actor, subject_kind, subject, action, detail) VALUES (?, ?, ?, ?, ?, ?)",
            [time.milliseconds, entry.actor, kind, subject, entry.action, entry.detail]
        )
    }

    package func events(after: EventID?, limit: Int) throws -> [LedgerEvent] {
        try all("SELECT * FROM event WHERE id > ? ORDER BY id LIMIT ?", [after?.rawValue ?? 0, limit], event)
    }

    package func lastEvent() throws -> EventID? {
        try one("SELECT max(id) AS id FROM event", []) { row in (row["id"] as Int64?).map { EventID(rawValue: $0) } }
            ?? nil
    }

    package func events(of subject: EventSubject) throws -> [LedgerEvent] {
        let (kind, text) = subject.columns
        return try all("SELECT * FROM event WHERE subject_kind = ? AND subject = ? ORDER BY id", [kind, text], event)
    }

    private func event(_ row: Row) throws -> LedgerEvent {
        guard let subject = EventSubject(kind: row["subject_kind"], text: row["subject"]) else {
            throw LedgerError.damagedRow("event")
        }
        let entry = EventEntry(
            actor: row["actor"],
            subject: subject,
            action: row["action"],
            detail: row["detail"]
        )
        return LedgerEvent(id: EventID(rawValue: row["id"]), time: row.time("time"), entry: entry)
    }
}

extension EventSubject {
    fileprivate var columns: (kind: String, text: String) {
        switch self {
        case .job(let id): ("job", String(id.rawValue))
        case .file(let id): ("file", String(id.rawValue))
        case .series(let uid): ("series", uid.rawValue)
        case .study(let uid): ("study", uid.rawValue)
        case .correction(let id): ("correction", String(id.rawValue))
        }
    }

    fileprivate init?(kind: String, text: String) {
        switch kind {
        case "job":
            guard let number = Int64(text) else { return nil }
            self = .job(JobID(rawValue: number))
        case "file":
            guard let number = Int64(text) else { return nil }
            self = .file(FileID(rawValue: number))
        case "series": self = .series(SeriesUID(text))
        case "study": self = .study(StudyUID(text))
        case "correction":
            guard let number = Int64(text) else { return nil }
            self = .correction(CorrectionID(rawValue: number))
        default: return nil
        }
    }
}
