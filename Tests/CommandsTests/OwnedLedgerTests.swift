import DurableFiles
import Foundation
import Ledger
import LedgerSQLite
import Profiles
import TestSupport
import Testing

@testable import Commands

@Suite struct OwnedLedgerTests {
    private func site(_ folder: URL) -> SiteConfiguration { .defaults(in: RawPath(folder.path)) }

    @Test func aDecisionWhileTheServiceRunsIsRefusedWithWhatToDo() async throws {
        try await withTemporaryFolder { folder in
            let site = site(folder)
            let service = try SQLiteLedger(at: site.ledger.displayName)
            let failure = await #expect(throws: CommandFailure.self) {
                try await OwnedLedger.change(site) { _, _ in Issue.record("the ledger has two owners") }
            }
            #expect(failure?.status == .environment)
            #expect(failure?.message.contains("stop it first") == true)
            try service.close()
        }
    }

    @Test func aDecisionWithoutALedgerMakesNone() async throws {
        try await withTemporaryFolder { folder in
            let site = site(folder)
            let failure = await #expect(throws: CommandFailure.self) {
                try await OwnedLedger.change(site) { ledger, actor in
                    try await ledger.retry(JobID(rawValue: 1), by: actor)
                }
            }
            #expect(failure?.status == .environment)
            #expect(!FileManager.default.fileExists(atPath: site.ledger.displayName))
        }
    }

    @Test func aJobThatDoesNotExistIsWrongUseAndTheLedgerIsFreeAgain() async throws {
        try await withTemporaryFolder { folder in
            let site = site(folder)
            try SQLiteLedger(at: site.ledger.displayName).close()
            let error = await #expect(throws: LedgerError.self) {
                try await OwnedLedger.change(site) { ledger, actor in
                    try await ledger.retry(JobID(rawValue: 7), by: actor)
                }
            }
            let failure = CommandFailure(describing: try #require(error))
            #expect(failure.status == .wrongUse)
            try SQLiteLedger(at: site.ledger.displayName).close()
        }
    }
}
