import DurableFiles
import Foundation
import Ledger
import LedgerSQLite
import Logging
import Profiles
import TestSupport
import Testing

@testable import Commands

/// Deeds reach whoever owns the ledger.
@Suite struct SiteDecisionTests {
    private func site(_ folder: URL) throws -> SiteConfiguration {
        let site = SiteConfiguration.defaults(in: RawPath(folder.path))
        try AtomicFile.createFolder(site.folders.store)
        return site
    }

    private func service(_ site: SiteConfiguration, _ ledger: SQLiteLedger) throws -> RequestService {
        let logger = Logger(label: "test") { _ in SwiftLogNoOpLogHandler() }
        return RequestService(
            spool: RequestSpool(store: site.folders.store),
            execution: DeedExecution(ledger: ledger, intake: try CorrectionSet(site).intake(ledger, logger: logger)),
            interval: .milliseconds(10),
            logger: logger
        )
    }

    /// Runs a body while a service owns the ledger.
    private func serving(_ site: SiteConfiguration, _ body: (SQLiteLedger) async throws -> Void) async throws {
        let ledger = try SQLiteLedger(at: site.ledger.displayName)
        let service = try service(site, ledger)
        try service.spool.prepare()
        let running = Task {
            while !Task.isCancelled {
                await service.round()
                await Task.yield()
            }
        }
        try await body(ledger)
        running.cancel()
        await running.value
        try ledger.close()
    }

    @Test("While a service runs it does the deed, under the name of who asked, and nothing is left in the spool")
    func theServiceDoesWhatIsAsked() async throws {
        try await withTemporaryFolder { folder in
            let site = try site(folder)
            try await serving(site) { ledger in
                let job = try await ledger.queuedJob()
                let outcome = try await SiteDecision.make(.cancelJob(job.rawValue), at: site, by: "anna")
                #expect(outcome.status == ExitStatus.done.rawValue)
                #expect(outcome.jobs.map(\.state) == ["cancelled"])
                #expect(try await ledger.job(job)?.state == .cancelled)
                #expect(try await ledger.events(of: .job(job)).last?.actor == "anna")
                let wrong = try await SiteDecision.make(.retryJob(99), at: site)
                #expect(wrong.status == ExitStatus.wrongUse.rawValue)
                #expect(wrong.message.contains("no job 99"))
            }
            #expect(try FolderScan.entries(of: RequestSpool(store: site.folders.store).folder) == [])
        }
    }

    @Test("Without a service the verb does it itself, and the ledger is free again")
    func theVerbDoesItAlone() async throws {
        try await withTemporaryFolder { folder in
            let site = try site(folder)
            let ledger = try SQLiteLedger(at: site.ledger.displayName)
            let job = try await ledger.queuedJob()
            try ledger.close()
            let outcome = try await SiteDecision.make(.cancelJob(job.rawValue), at: site)
            #expect(outcome.status == ExitStatus.done.rawValue)
            try SQLiteLedger(at: site.ledger.displayName).close()
        }
    }

    @Test("A deed that nobody takes is withdrawn: it is not done later behind the back of who asked")
    func untakenRequestsAreWithdrawn() async throws {
        try await withTemporaryFolder { folder in
            let site = try site(folder)
            let spool = RequestSpool(store: site.folders.store)
            let client = RequestClient(spool: spool, patience: .milliseconds(100))
            let failure = await #expect(throws: CommandFailure.self) {
                _ = try await client.ask(.retryJob(1), actor: "anna", user: "anna")
            }
            #expect(failure?.status == .environment)
            #expect(failure?.message.contains("nothing was done") == true)
            #expect(try FolderScan.entries(of: spool.folder) == [])
        }
    }

    @Test("A request that an earlier run of the service had begun is done by the next")
    func begunRequestsAreFinished() async throws {
        try await withTemporaryFolder { folder in
            let site = try site(folder)
            let ledger = try SQLiteLedger(at: site.ledger.displayName)
            let job = try await ledger.queuedJob()
            let service = try service(site, ledger)
            try service.spool.prepare()
            let deed = SiteDeed.cancelJob(job.rawValue)
            let request = SiteRequest(id: "1-a", deed: deed, actor: "anna", user: "anna", issued: 1)
            let bytes = Array(try JSONEncoder().encode(request))
            try AtomicFile.write(bytes, to: service.spool.path("1-a", "taken"))
            try AtomicFile.write(Array("{}".utf8), to: service.spool.path("2-b", "json"))
            await service.round()
            #expect(try await ledger.job(job)?.state == .cancelled)
            let answers = try FolderScan.entries(of: service.spool.folder).map(\.name.displayName)
            #expect(answers == ["1-a.answer", "2-b.answer"])
            try ledger.close()
        }
    }

    @Test("A decision without a ledger makes none")
    func noLedgerIsMade() async throws {
        try await withTemporaryFolder { folder in
            let site = try site(folder)
            let failure = await #expect(throws: CommandFailure.self) {
                _ = try await SiteDecision.make(.retryJob(1), at: site)
            }
            #expect(failure?.status == .environment)
            #expect(!FileManager.default.fileExists(atPath: site.ledger.displayName))
        }
    }

    @Test("A correction travels with its request, and one that is no segmentation is held")
    func correctionsTravel() async throws {
        try await withTemporaryFolder { folder in
            let site = try site(folder)
            let ledger = try SQLiteLedger(at: site.ledger.displayName)
            let service = try service(site, ledger)
            try service.spool.prepare()
            let file = RawPath(folder.path).appending(RawPath(bytes: [0xFF, 0x2E]))
            try AtomicFile.write(Array("no DICOM".utf8), to: file)
            let client = RequestClient(spool: service.spool)
            async let answer = client.ask(
                .correct(file: file.bytes, matchingByNumber: false),
                actor: "anna",
                user: "anna"
            )
            // The child reader's program is this test program, which is no reader: what it says is not understood.
            while try await ledger.corrections(CorrectionFilter(states: [.held])).isEmpty {
                await service.round()
                await Task.yield()
            }
            let outcome = try await answer
            #expect(outcome.status == ExitStatus.findings.rawValue)
            #expect(outcome.correction?.submittedBy == "anna")
            #expect(try ReadOnlyFile(file).readAll() == Array("no DICOM".utf8))
            try ledger.close()
        }
    }
}

extension SQLiteLedger {
    /// A job that waits.
    fileprivate func queuedJob() async throws -> JobID {
        let sighting = FileSighting(
            path: DroppedPath("a"),
            fingerprint: FileFingerprint(size: 1, modified: 1, inode: 1)
        )
        let file = try #require(try await record([sighting], in: "incoming").first)
        let digest = try #require(ContentDigest(hex: SHA256Digest(of: [1]).hex))
        let identity = InstanceIdentity(
            sopClassUID: "1.2.840.10008.5.1.4.1.1.2",
            sopInstanceUID: InstanceUID("1.2.3"),
            seriesUID: SeriesUID("1.2"),
            studyUID: StudyUID("1"),
            patientIdentity: "P",
            modality: "CT"
        )
        let candidate = InstanceCandidate(file: file.id, identity: identity, digest: digest, size: 1, storePath: "a")
        _ = try await admit([candidate])
        let plan = JobPlan(
            instances: [identity.sopInstanceUID],
            setDigest: digest,
            profile: ProfileReference(id: "p", version: "1"),
            modelDigest: digest
        )
        let series = SeriesPlan(series: identity.seriesUID, instanceCount: 1, decision: .jobs([plan]))
        return try #require(try await self.plan(series)?.first).id
    }
}
