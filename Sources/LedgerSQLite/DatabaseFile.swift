import GRDB
import Glibc
import Ledger

/// Prepares and opens the database file with the settings on which the ledger's promises rest.
enum DatabaseFile {
    /// SQLite's log is cut back to this size after a checkpoint, in bytes.
    private static let logSizeLimit = 64 << 20

    static func openForWriting(_ path: String) throws(LedgerError) -> DatabaseQueue {
        try create(path)
        var configuration = Configuration()
        configuration.label = "ledger"
        configuration.busyMode = .timeout(10)
        configuration.prepareDatabase { db in
            // GRDB's own WAL set-up would lower `synchronous` to NORMAL, which loses acknowledged rows in a power cut.
            try db.execute(sql: "PRAGMA journal_mode = WAL")
            try db.execute(sql: "PRAGMA synchronous = FULL")
            try db.execute(sql: "PRAGMA mmap_size = 0")
            try db.execute(sql: "PRAGMA journal_size_limit = \(logSizeLimit)")
            try db.execute(sql: "PRAGMA trusted_schema = OFF")
            try db.execute(sql: "PRAGMA cell_size_check = ON")
        }
        do {
            let queue = try DatabaseQueue(path: path, configuration: configuration)
            try queue.inDatabase(checkIntegrity)
            if try queue.read(Migrations.migrator.hasBeenSuperseded) { throw newer }
            try Migrations.migrator.migrate(queue)
            return queue
        } catch {
            throw LedgerError.from(error)
        }
    }

    static func openForReading(_ path: String) throws(LedgerError) -> DatabaseQueue {
        var configuration = Configuration()
        configuration.label = "ledger reader"
        configuration.readonly = true
        configuration.busyMode = .timeout(10)
        configuration.prepareDatabase { db in
            try db.execute(sql: "PRAGMA mmap_size = 0")
            try db.execute(sql: "PRAGMA wal_autocheckpoint = 0")
            try db.execute(sql: "PRAGMA trusted_schema = OFF")
        }
        do {
            let queue = try DatabaseQueue(path: path, configuration: configuration)
            if try queue.read(Migrations.migrator.hasBeenSuperseded) { throw newer }
            guard try queue.read(Migrations.migrator.hasCompletedMigrations) else {
                throw LedgerError(.unavailable, "the ledger is of an earlier version: start the service once")
            }
            return queue
        } catch {
            throw LedgerError.from(error)
        }
    }

    private static var newer: LedgerError {
        LedgerError(.newerSchema, "the ledger was written by a later version of this program: use that version")
    }

    private static func checkIntegrity(_ db: Database) throws {
        guard try String.fetchOne(db, sql: "PRAGMA integrity_check(1)") == "ok" else {
            throw LedgerError(.corrupt, "the ledger is damaged: restore it from a backup")
        }
    }

    /// Creates the file for its owner's eyes only; SQLite gives the files that it puts beside it the same mode.
    private static func create(_ path: String) throws(LedgerError) {
        let opened = open(path, O_WRONLY | O_CREAT | O_EXCL | O_CLOEXEC, 0o600)
        if opened >= 0 {
            close(opened)
            try syncFolder(of: path)
        } else if errno != EEXIST {
            throw LedgerError(.unavailable, "the ledger cannot be created", cause: String(cString: strerror(errno)))
        } else if chmod(path, 0o600) != 0 {
            let cause = String(cString: strerror(errno))
            throw LedgerError(.unavailable, "the ledger's mode cannot be set", cause: cause)
        }
    }

    private static func syncFolder(of path: String) throws(LedgerError) {
        let folder = open(self.folder(of: path), O_RDONLY | O_DIRECTORY | O_CLOEXEC)
        guard folder >= 0 else {
            throw LedgerError(
                .unavailable,
                "the ledger's folder cannot be opened",
                cause: String(cString: strerror(errno))
            )
        }
        defer { close(folder) }
        guard fsync(folder) == 0 else {
            throw LedgerError(
                .unavailable,
                "the ledger's folder cannot be synced",
                cause: String(cString: strerror(errno))
            )
        }
    }

    private static func folder(of path: String) -> String {
        guard let slash = path.lastIndex(of: "/") else { return "." }
        return slash == path.startIndex ? "/" : String(path[..<slash])
    }
}
