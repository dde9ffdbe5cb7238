import Foundation
import GRDB
import Ledger
import LedgerSQLite
import TestSupport
import Testing

@Suite struct SQLiteLedgerTests {
    @Test("Every step survives that the file is closed and opened again")
    func everyStepSurvivesReopening() async throws {
        try await withTemporaryFolder { folder in
            let path = folder.appending(path: "l.sqlite").path
            let clock = ManualClock()
            // Each step runs on a ledger that was just opened, and its ledger is gone before the next.
            func reopened<Result>(_ step: (SQLiteLedger) async throws -> Result) async throws -> Result {
                let ledger = try SQLiteLedger(at: path, clock: clock)
                let result = try await step(ledger)
                try ledger.close()
                return result
            }
            let candidate = try await reopened { try await $0.candidate(Sample("1.2.3")) }
            #expect(try await reopened { try await $0.file(candidate.file)?.outcome } == .pending())
            #expect(try await reopened { try await $0.admit([candidate]).map(\.state) } == [.stored])
            #expect(try await reopened { try await $0.receivingSeries().map(\.instanceCount) } == [1])
            let job = try #require(try await reopened { try await $0.planAll().first })
            #expect(try await reopened { try await $0.job(job.id) } == job)
            let leased = try await reopened { try await $0.claim() }
            #expect(try await reopened { try await $0.job(job.id)?.lease } == leased.lease)
            let extended = try #require(
                try await reopened { try await $0.heartbeat(leased.lease, extendBy: .seconds(90)) }
            )
            #expect(try await reopened { try await $0.publish(result(), under: extended) })
            #expect(try await reopened { try await $0.job(job.id)?.result } == result())
            try await reopened { try await $0.review(job.id, .accepted, by: "anna") }
            #expect(try await reopened { try await $0.jobCounts() } == [.accepted: 1])
            #expect(try await reopened { try await $0.events(after: nil, limit: .max).count } == 6)
        }
    }

    @Test("One process owns a ledger; it is free again when the owner is gone")
    func aLedgerHasOneOwner() async throws {
        try await withTemporaryFolder { folder in
            let path = folder.appending(path: "l.sqlite").path
            do {
                let owner = try SQLiteLedger(at: path)
                let error = #expect(throws: LedgerError.self) { try SQLiteLedger(at: path) }
                #expect(error?.code == .locked)
                try await owner.drop(Sample("1.2.3"))
            }
            #expect(try await SQLiteLedger(at: path).fileTallies().map(\.count) == [1])
        }
    }

    @Test("Somebody else can read while the owner writes, and sees what is committed")
    func readersSeeCommittedRows() async throws {
        try await withTemporaryFolder { folder in
            let path = folder.appending(path: "l.sqlite").path
            let owner = try SQLiteLedger(at: path)
            let reader = try SQLiteLedgerReader(at: path)
            #expect(try await reader.fileTallies() == [])
            try await owner.drop(Sample("1.2.3"))
            #expect(try await reader.fileTallies().map(\.state) == [.stored])
        }
    }

    @Test("The files are their owner's alone")
    func filesArePrivate() async throws {
        try await withTemporaryFolder { folder in
            let mask = umask(0)
            defer { umask(mask) }
            let ledger = try SQLiteLedger(at: folder.appending(path: "l.sqlite").path)
            try await ledger.drop(Sample("1.2.3"))
            let names = try FileManager.default.contentsOfDirectory(atPath: folder.path)
            #expect(Set(names).isSuperset(of: ["l.sqlite", "l.sqlite-wal", "l.sqlite-shm", "l.sqlite.lock"]))
            for name in names {
                let attributes = try FileManager.default.attributesOfItem(atPath: folder.appending(path: name).path)
                #expect(attributes[.posixPermissions] as? Int == 0o600, "\(name)")
            }
        }
    }

    @Test("A transaction is on the disk before it is acknowledged")
    func durabilityIsOn() async throws {
        try await withTemporaryFolder { folder in
            let ledger = try SQLiteLedger(at: folder.appending(path: "l.sqlite").path)
            let settings = try await ledger.snapshot { storage in
                try ["journal_mode", "synchronous", "mmap_size", "trusted_schema"].map { try storage.pragma($0) }
            }
            #expect(settings == ["wal", "2", "0", "0"])
        }
    }

    @Test("A ledger of a later version is refused and left alone")
    func laterVersionsAreRefused() throws {
        try withTemporaryFolder { folder in
            let path = folder.appending(path: "l.sqlite").path
            _ = try SQLiteLedger(at: path)
            try DatabaseQueue(path: path).write { db in
                try db.execute(sql: "INSERT INTO grdb_migrations VALUES ('from the future')")
            }
            #expect(throws: LedgerError.self) { try SQLiteLedger(at: path) }
            let error = #expect(throws: LedgerError.self) { try SQLiteLedgerReader(at: path) }
            #expect(error?.code == .newerSchema)
        }
    }

    @Test("A damaged file is refused with a word about the backup")
    func damageIsFoundOnOpening() async throws {
        try await withTemporaryFolder { folder in
            let url = folder.appending(path: "l.sqlite")
            do {
                let ledger = try SQLiteLedger(at: url.path)
                _ = try await ledger.queue(20)
                try ledger.close()
            }
            var bytes = try Data(contentsOf: url)
            for offset in stride(from: 4096, to: bytes.count, by: 512) { bytes[offset] ^= 0x5A }
            try bytes.write(to: url)
            let error = #expect(throws: LedgerError.self) { try SQLiteLedger(at: url.path) }
            #expect(error?.code == .corrupt)
        }
    }

    @Test("Events can be neither changed nor deleted, not even in SQL")
    func eventsAreAppendOnly() async throws {
        try await withTemporaryFolder { folder in
            let path = folder.appending(path: "l.sqlite").path
            do {
                let ledger = try SQLiteLedger(at: path)
                try await ledger.drop(Sample("1.2.3"))
                try ledger.close()
            }
            let queue = try DatabaseQueue(path: path)
            for sql in ["DELETE FROM event", "UPDATE event SET actor = 'nobody'"] {
                await #expect(throws: DatabaseError.self) { try await queue.write { try $0.execute(sql: sql) } }
            }
            #expect(try await queue.read { try Int.fetchOne($0, sql: "SELECT count(*) FROM event") } == 1)
        }
    }

    @Test("A missing folder is an error in words")
    func missingFoldersAreNamed() {
        let error = #expect(throws: LedgerError.self) { try SQLiteLedger(at: "/nonexistent-folder/l.sqlite") }
        #expect(error?.code == .unavailable)
        #expect(error?.description.contains("No such file or directory") == true)
    }

    @Test("Errors hold no values of rows")
    func errorsHoldNoPatientData() async throws {
        try await withTemporaryFolder { folder in
            let ledger = try SQLiteLedger(at: folder.appending(path: "l.sqlite").path)
            let candidate = try await ledger.candidate(Sample("1.2.3").ofPatient("ZZCANARY"))
            let error = await #expect(throws: LedgerError.self) {
                try await ledger.transaction { storage in
                    for _ in 1...2 {
                        try storage.insert(Instance(candidate, stored: Timestamp(milliseconds: 0)))
                    }
                }
            }
            #expect(error?.code == .unavailable)
            #expect(error.map { String(reflecting: $0).contains("ZZCANARY") } == false)
        }
    }
}
