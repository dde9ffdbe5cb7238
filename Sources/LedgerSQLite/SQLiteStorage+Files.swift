import Foundation
import GRDB
import Ledger

extension SQLiteStorage {
    package mutating func insertFile(
        root: String,
        sighting: FileSighting,
        at time: Timestamp
    ) throws -> DroppedFile {
        let seen = sighting.fingerprint
        try execute(
            """
            INSERT INTO file (root, path, size, modified, inode, first_seen, updated, state)
            VALUES (?, ?, ?, ?, ?, ?, ?, 'pending')
            """,
            [
                root, Data(sighting.path.bytes), seen.size, seen.modified, Int64(bitPattern: seen.inode),
                time.milliseconds, time.milliseconds,
            ]
        )
        let id = FileID(rawValue: db.lastInsertedRowID)
        return DroppedFile(id: id, root: root, sighting: sighting, firstSeen: time)
    }

    package mutating func update(_ file: DroppedFile) throws {
        try execute(
            """
            UPDATE file SET size = ?, modified = ?, inode = ?, updated = ?, state = ?, reason = ?, message = ?, flags = ?,
                digest = ?, copy = ?, sop_instance_uid = ?, study_uid = ?, is_current = ?
            WHERE id = ?
            """,
            [
                file.fingerprint.size, file.fingerprint.modified, Int64(bitPattern: file.fingerprint.inode),
                file.updated.milliseconds, file.outcome.state.rawValue, file.outcome.reason, file.outcome.message,
                file.outcome.flags.joined(separator: "\n"), file.digest?.hex, file.copy,
                file.sopInstanceUID?.rawValue, file.studyUID?.rawValue, file.isCurrent, file.id.rawValue,
            ]
        )
    }

    package func file(_ id: FileID) throws -> DroppedFile? {
        try one("SELECT * FROM file WHERE id = ?", [id.rawValue], droppedFile)
    }

    package func currentFile(root: String, path: DroppedPath) throws -> DroppedFile? {
        try one(
            "SELECT * FROM file WHERE root = ? AND path = ? AND is_current",
            [root, Data(path.bytes)],
            droppedFile
        )
    }

    package func files(_ filter: FileFilter) throws -> [DroppedFile] {
        var conditions = Conditions()
        conditions.require("state", in: filter.states?.map(\.rawValue))
        conditions.require("reason", equals: filter.reason)
        conditions.require("root", equals: filter.root)
        if filter.currentOnly { conditions.require("is_current") }
        if filter.examinedOnly { conditions.require("digest IS NOT NULL") }
        return try all(
            "SELECT * FROM file\(conditions.clause) ORDER BY id LIMIT ?",
            conditions.arguments(limit: filter.limit),
            droppedFile
        )
    }

    package func files(ofStudy study: StudyUID, in state: FileState) throws -> [DroppedFile] {
        try all(
            "SELECT * FROM file WHERE study_uid = ? AND state = ? ORDER BY id",
            [study.rawValue, state.rawValue],
            droppedFile
        )
    }

    package func fileTallies() throws -> [FileTally] {
        try all(
            """
            SELECT state, reason, count(*) AS count FROM file
            WHERE is_current OR state <> 'pending' OR digest IS NOT NULL
            GROUP BY state, reason ORDER BY state, reason
            """,
            []
        ) { row in
            guard let state = FileState(rawValue: row["state"]) else { throw LedgerError.damagedRow("file") }
            return FileTally(state: state, reason: row["reason"], count: row["count"])
        }
    }

    func droppedFile(_ row: Row) throws -> DroppedFile {
        let state = FileState(rawValue: row["state"])
        let outcome = state.flatMap {
            FileOutcome(state: $0, reason: row["reason"], message: row["message"], flags: row.flags("flags"))
        }
        guard let outcome else { throw LedgerError.damagedRow("file") }
        let path: Data = row["path"]
        let fingerprint = FileFingerprint(
            size: row["size"],
            modified: row["modified"],
            inode: UInt64(bitPattern: row["inode"])
        )
        var file = DroppedFile(
            id: FileID(rawValue: row["id"]),
            root: row["root"],
            sighting: FileSighting(path: DroppedPath(bytes: Array(path)), fingerprint: fingerprint),
            firstSeen: row.time("first_seen")
        )
        file.updated = row.time("updated")
        file.outcome = outcome
        if row["digest"] != nil { file.digest = try row.digest("digest", table: "file") }
        file.copy = row["copy"]
        file.sopInstanceUID = (row["sop_instance_uid"] as String?).map { InstanceUID($0) }
        file.studyUID = (row["study_uid"] as String?).map { StudyUID($0) }
        file.isCurrent = row["is_current"]
        return file
    }
}
