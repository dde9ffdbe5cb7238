import DurableFiles
import Foundation
import Ledger
import Logging
import TestSupport
import Testing

@testable import ReviewWeb

@Suite("What is kept for the worklist") struct WorklistKeeperTests {
    private static let receipt = """
        {"created": "2026-01-02T03:04:05Z", "model": {"name": "small", "sha256": "00", "precision": "fp32"},
         "segments": [], "notFound": [{"label": "Spleen", "reason": "there is none"}],
         "warnings": ["GAPS 2", "VOLUME Liver has 9000.0 mL, expected are at most 5000 mL", "LOSSY"],
         "series": {"frames": []}}
        """

    /// A ledger with one result, and what the keeper makes of it.
    private func keep(
        receipt: String? = receipt,
        instability: Double? = 0.4,
        _ body: (InMemoryLedger, Job, CapturedLog) async throws -> Void
    ) async throws {
        try await withTemporaryFolder { folder in
            let ledger = InMemoryLedger()
            let id = try await ledger.annotateJob("1", instability: instability)
            let results = RawPath(folder.path).appending("annotated")
            let store = RawPath(folder.path).appending("store")
            try AtomicFile.createFolder(results.appending("1"))
            try AtomicFile.createFolder(store)
            if let receipt { try AtomicFile.write(Array(receipt.utf8), to: results.appending("1/receipt.json")) }
            let source = SharedFiles.cache.appending(path: "conformance/series/latin1")
            let entry = try #require(
                try FolderScan.entries(of: RawPath(source.path)).first { $0.name.hasSuffix(".dcm") }
            )
            let bytes = try ReadOnlyFile(RawPath(source.path).appending(entry.name)).readAll()
            try AtomicFile.write(bytes, to: store.appending("1.dcm"))
            let log = CapturedLog()
            let keeper = WorklistKeeper(
                reader: ledger,
                ledger: ledger,
                store: store,
                results: results,
                logger: Logger(label: "test") { _ in log }
            )
            while await keeper.round() {}
            try await body(ledger, try #require(try await ledger.job(id)), log)
        }
    }

    @Test("Names come out of the stored file, and nothing of them into the log")
    func namesAreRead() async throws {
        try await keep { ledger, job, log in
            let display = try #require(try await ledger.display(of: job.series))
            #expect(display.patientName.value == "Müller, Jürgen")
            #expect(try await ledger.undisplayedSeries(limit: 9) == [])
            #expect(!log.lines.joined().contains("ller"))
        }
    }

    @Test("Reasons come out of the receipt, in the order in which they weigh")
    func reasonsAreRead() async throws {
        try await keep { _, job, _ in
            let summary = try #require(job.summary)
            #expect(summary.reasons.map(\.code) == ["UNSTABLE", "GAPS", "VOLUME", "WARNING", "NOT_FOUND"])
            #expect(summary.reasons[1].message == "2 gaps between the slices")
            #expect(summary.reasons[2].message == "Liver has 9000.0 mL, expected are at most 5000 mL")
            #expect(summary.interest > 0.5 && summary.interest <= 1)
        }
    }

    @Test("A volume that nobody has is worth more than a doubt that still counts as stable")
    func interestIsWeighed() async throws {
        let calm = Self.receipt.replacing(/"warnings": \[.*?\]/, with: "\"warnings\": []")
        var doubted: Double?
        try await keep(receipt: calm, instability: 0.19) { _, job, _ in doubted = job.summary?.interest }
        var odd: Double?
        try await keep(receipt: Self.receipt, instability: 0) { _, job, _ in odd = job.summary?.interest }
        #expect(try #require(odd) > #require(doubted))
    }

    @Test(
        "A result whose receipt is gone or damaged is one to look at, and is not read for ever",
        arguments: [nil, "{"]
    )
    func damagedReceiptsAreWorthALook(receipt: String?) async throws {
        try await keep(receipt: receipt, instability: 0) { ledger, job, _ in
            #expect(job.summary?.reasons.map(\.code) == ["WARNING"])
            #expect(job.summary.map { $0.interest >= 0.5 } == true)
            let unread = try await ledger.unsummarisedJobs(limit: 9)
            #expect(unread.isEmpty)
        }
    }

    @Test("Whoever shows the job is told to look again")
    func listenersAreTold() async throws {
        try await keep { ledger, job, _ in
            let told = try await ledger.events(of: .job(job.id)).filter { $0.actor == "worklist" }
            #expect(told.map(\.action) == ["describe", "describe"])
            #expect(told.allSatisfy { $0.detail == nil })
        }
    }
}
