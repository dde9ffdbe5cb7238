import DurableFiles
import Foundation
import Glibc
import HTTPTypes
import Hummingbird
import Ledger
import Logging
import TestSupport
import Testing

@testable import ReviewWeb

@Suite("The audit") struct AuditTests {
    private func withAudit(_ body: (AuditFile) throws -> Void) throws {
        try withTemporaryFolder { folder in
            let file = AuditFile(path: RawPath(folder.path).appending("audit.jsonl"))
            for number in 1...5 { _ = try file.append([AuditEntry(.view, by: "rolf", job: Int64(number))]) }
            try body(file)
        }
    }

    private func change(_ file: AuditFile, _ body: (inout [UInt8]) -> Void) throws {
        var bytes = try ReadOnlyFile(file.path).readAll()
        body(&bytes)
        // In place and without waiting for the disk: this is done a thousand times.
        try Data(bytes).write(to: URL(filePath: file.path.displayName))
    }

    @Test("What was written verifies, and is its owner's alone")
    func untouchedAuditsVerify() throws {
        let mask = umask(0)
        defer { umask(mask) }
        try withAudit { file in
            let end = try file.end()
            let check = try AuditVerification(file.path, anchor: (end.number, end.digest.hex))
            #expect(check.lines == 5 && check.findings.isEmpty && check.end == end)
            var status = stat()
            _ = file.path.withCString { stat($0, &status) }
            #expect(status.st_mode & 0o777 == 0o600)
        }
    }

    @Test("Any byte that is changed is found")
    func changedBytesAreFound() throws {
        try withAudit { file in
            let end = try file.end()
            let original = try ReadOnlyFile(file.path).readAll()
            for place in original.indices {
                try change(file) { bytes in
                    bytes = original
                    bytes[place] ^= 1
                }
                let check = try AuditVerification(file.path, anchor: (end.number, end.digest.hex))
                #expect(!check.findings.isEmpty, "byte \(place)")
            }
        }
    }

    @Test("Lines that are taken out, moved or put in are found")
    func missingLinesAreFound() throws {
        try withAudit { file in
            let original = try ReadOnlyFile(file.path).readAll()
            let lines = original.split(separator: UInt8(ascii: "\n")).map { Array($0) + [UInt8(ascii: "\n")] }
            let forged = [
                Array((lines[..<1] + lines[2...]).joined()),
                Array((lines[..<1] + [lines[2], lines[1]] + lines[3...]).joined()),
                Array((lines + [lines[4]]).joined()), Array(lines[1...].joined()),
            ]
            for bytes in forged {
                try AtomicFile.write(bytes, to: file.path)
                #expect(try !AuditVerification(file.path, anchor: nil).findings.isEmpty)
            }
        }
    }

    @Test("Lines that are cut off the end are missed by what the ledger remembers, and only by that")
    func cutOffLinesAreFound() throws {
        try withAudit { file in
            let end = try file.end()
            try change(file) { bytes in
                let last = bytes.dropLast().lastIndex(of: UInt8(ascii: "\n")) ?? 0
                bytes.removeSubrange((last + 1)...)
            }
            #expect(try AuditVerification(file.path, anchor: nil).findings.isEmpty)
            let check = try AuditVerification(file.path, anchor: (end.number, end.digest.hex))
            #expect(check.findings.map(\.line) == [0])
        }
    }

    @Test("A line torn by a power cut stays in the chain, and the next one says so")
    func tornLinesStay() throws {
        try withAudit { file in
            try change(file) { $0.removeLast(20) }
            #expect(try !AuditVerification(file.path, anchor: nil).findings.isEmpty)
            _ = try file.append([AuditEntry(.login, by: "rolf")])
            let check = try AuditVerification(file.path, anchor: nil)
            #expect(check.findings.isEmpty && check.lines == 7)
            let newest = try AuditPage(file.path, before: nil, limit: 2).records
            #expect(newest.map(\.event) == [.login, .torn])
        }
    }

    @Test("Two who write at once make one chain")
    func writersTakeTurns() async throws {
        try await withTemporaryFolder { folder in
            let path = RawPath(folder.path).appending("audit.jsonl")
            await withThrowingTaskGroup { group in
                for writer in 1...4 {
                    group.addTask {
                        let file = AuditFile(path: path)
                        for _ in 1...10 { _ = try file.append([AuditEntry(.login, by: "user\(writer)")]) }
                    }
                }
            }
            let check = try AuditVerification(path, anchor: nil)
            #expect(check.lines == 40 && check.findings.isEmpty)
        }
    }

    @Test("Pages go back from the newest line to the first without a gap")
    func pagesGoBack() throws {
        try withAudit { file in
            _ = try file.append((6...1_200).map { AuditEntry(.view, by: "rolf", job: Int64($0)) })
            var seen: [Int64] = []
            var before: Int64?
            repeat {
                let page = try AuditPage(file.path, before: before, limit: 77)
                seen += page.records.map(\.number)
                before = page.next
            } while before != nil
            #expect(seen == Array((1...1_200).reversed()))
        }
    }

    @Test("Log-ins, failures, log-outs and views are noted with who, when, where and what")
    func deedsAreNoted() async throws {
        try await PageBench.run(areas: { _, _ in [ViewedArea()] }) { page in
            _ = try await page.attempt("rolf", "wrong", from: "10.0.0.7")
            let cookie = try await page.login("rolf")
            for _ in 1...3 { #expect(try await page.ask(.get, "/api/jobs/7/picture", cookie).status == .ok) }
            #expect(try await page.ask(.get, "/api/jobs/8/small", cookie).status == .ok)
            page.clock.advance(by: .seconds(601))
            #expect(try await page.ask(.get, "/api/jobs/7/picture", cookie).status == .ok)
            _ = try await page.ask(.post, "/api/logout", cookie.merging(PageBench.deed) { first, _ in first })
            let records = try page.records()
            #expect(records.map(\.event) == [.loginFailed, .login, .view, .view, .logout])
            #expect(records.map(\.address) == ["10.0.0.7"] + Array(repeating: "127.0.0.1", count: 4))
            #expect(records.map(\.job) == [nil, nil, 7, 7, nil])
            #expect(records.allSatisfy { $0.user == "rolf" && $0.time.hasSuffix("Z") })
        }
    }

    @Test("What cannot be noted is neither shown nor done")
    func nothingHappensUnnoted() async throws {
        try await PageBench.run(areas: { _, _ in [ViewedArea()] }) { page in
            let cookie = try await page.login("rolf")
            _ = page.audit.withCString { unlink($0) }
            // A folder in its place cannot be appended to.
            try AtomicFile.createFolder(page.audit)
            let view = try await page.ask(.get, "/api/jobs/7/picture", cookie)
            #expect(view.status == .serviceUnavailable && view.code == "AUDIT")
            #expect(!view.text.contains("picture of"))
            #expect(try await page.attempt("anna", PageBench.password).status == .serviceUnavailable)
            #expect(page.log.lines.contains { $0.contains("the audit cannot be written") })
        }
    }

    @Test("The ledger remembers the newest end, once the round comes")
    func anchorsAreRemembered() async throws {
        let ledger = InMemoryLedger()
        let anchors = AuditAnchors(ledger: ledger, logger: Logger(label: "test") { _ in CapturedLog() })
        let digests = ["a", "b"].map { SHA256Digest(of: Array($0.utf8)).hex }
        anchors.note(2, digests[1])
        anchors.note(1, digests[0])
        await anchors.round()
        #expect(try await ledger.auditAnchor()?.number == 2)
        #expect(try await ledger.auditAnchor()?.digest.hex == digests[1])
    }
}

/// Shows something of a job.
private struct ViewedArea: ReviewRoutes {
    func add(to group: ReviewGroup) {
        group.get("jobs/:job/picture") { _, _ in "picture of a job" }
        group.get("jobs/:job/small", showing: .nothing) { _, _ in "picture of a job" }
    }
}
