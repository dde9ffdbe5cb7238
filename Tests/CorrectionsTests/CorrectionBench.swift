import Corrections
import DICOMSegmentation
import DurableFiles
import Foundation
import Ingest
import Ledger
import Logging
import Synchronization
import TestSupport
import Testing

/// A site with one annotated series, watched folders, and time in the test's hand.
final class CorrectionBench {
    let folder: RawPath
    let ledger: any JobLedger
    let series: ConformanceSeries
    let job: JobID
    let result: SegmentationFile
    let clock = ManualIngestClock()
    var configuration = IngestConfiguration()
    var reader: any CorrectionReader = InProcessCorrectionReader()
    private var running: CorrectionIntake?

    var store: RawPath { folder.appending("store") }
    var results: RawPath { folder.appending("annotated") }
    var corrected: RawPath { folder.appending("corrected") }
    var rejected: RawPath { folder.appending("rejected") }

    /// A bench whose result lacks a slice of the liver, or is right.
    static func run(
        ledger: any JobLedger = InMemoryLedger(),
        resultIsTrue: Bool = false,
        needsPrompt: Bool = false,
        _ body: (CorrectionBench) async throws -> Void
    ) async throws {
        try await withTemporaryFolder { folder in
            try await body(
                try await CorrectionBench(
                    RawPath(folder.path),
                    ledger: ledger,
                    resultIsTrue: resultIsTrue,
                    needsPrompt: needsPrompt
                )
            )
        }
    }

    private init(
        _ folder: RawPath,
        ledger: any JobLedger,
        resultIsTrue: Bool,
        needsPrompt: Bool
    ) async throws {
        self.folder = folder
        self.ledger = ledger
        for name in ["incoming", "corrected", "rejected", "annotated"] {
            try AtomicFile.createFolder(folder.appending(name))
        }
        let ingest = try Ingestor(
            .init(
                folder: DirectoryDropFolder(folder.appending("incoming")),
                store: folder.appending("store"),
                ledger: ledger,
                inspector: InProcessInspector(),
                planner: WholeSeriesPlanner(),
                clock: clock,
                logger: Self.logger,
                names: LogIdentity(salt: "salt")
            ),
            configuration: configuration
        )
        for slice in try ConformanceSeries.slices() {
            try AtomicFile.write(slice.bytes, to: folder.appending("incoming").appending(slice.name))
        }
        for _ in 1...3 {
            _ = try await ingest.round()
            clock.advance(by: .seconds(60))
        }
        let leased = try #require(try await ledger.claimNext(by: WorkerID("w"), leaseFor: .seconds(60)))
        let paths = leased.instances.map { folder.appending("store").appending($0.storePath) }
        let series = try ConformanceSeries(store: paths)
        let path = "1/liver/segmentation.dcm"
        try AtomicFile.createFolder(folder.appending("annotated/1/liver"))
        let bytes = try series.encoded(try resultIsTrue ? series.masks : series.bitten())
        try AtomicFile.write(bytes, to: folder.appending("annotated").appending(path))
        let result = SegmentationFile(
            path: path,
            digest: try #require(ContentDigest(hex: SHA256Digest(of: bytes).hex)),
            sopInstanceUID: InstanceUID(try SegmentationReader.read(bytes: bytes).sopInstanceUID)
        )
        if needsPrompt {
            try #require(try await ledger.requirePrompt(JobReason("WEAK_PRIOR"), under: leased.lease))
        } else {
            let published = JobResult(segmentation: result, receiptPath: "1/liver/receipt.json")
            try #require(try await ledger.publish(published, under: leased.lease))
        }
        self.series = series
        self.result = result
        job = leased.job.id
    }

    private static let logger = Logger(label: "test") { _ in SwiftLogNoOpLogHandler() }

    // MARK: - What happens

    func intake() throws -> CorrectionIntake {
        let intake =
            try running
            ?? CorrectionIntake(
                .init(
                    folders: [
                        .init(.correct, DirectoryDropFolder(corrected), label: "corrected"),
                        .init(.reject, DirectoryDropFolder(rejected), label: "rejected"),
                    ],
                    store: store,
                    results: results,
                    ledger: ledger,
                    reader: reader,
                    clock: clock,
                    logger: Self.logger
                ),
                configuration: configuration
            )
        running = intake
        return intake
    }

    /// Forgets everything but the ledger and the files, as a restart does.
    func restart() { running = nil }

    func drop(_ bytes: [UInt8], as name: String = "a.dcm", into target: RawPath? = nil) throws {
        let path = (target ?? corrected).appending(name)
        try AtomicFile.createFolder(path.parent)
        try AtomicFile.write(bytes, to: path)
    }

    /// Lets everything settle and be judged.
    @discardableResult
    func settle() async throws -> CorrectionRound {
        let intake = try intake()
        _ = try await intake.round()
        clock.advance(by: configuration.settleTime)
        return try await intake.round()
    }

    /// What becomes of a file that is dropped alone.
    func judged(_ bytes: [UInt8], as name: String = "a.dcm") async throws -> Correction {
        try drop(bytes, as: name)
        let round = try await settle()
        return try #require(round.judged.first)
    }

    func state() async throws -> JobState? { try await ledger.job(job)?.state }

    func corrections() async throws -> [Correction] { try await ledger.corrections(CorrectionFilter()) }

    /// Nothing of ours was touched, and each copy is what its row says.
    func checkFiles() async throws {
        #expect(try SHA256Digest(ofFile: results.appending(result.path)).hex == result.digest.hex)
        for correction in try await corrections() {
            #expect(try SHA256Digest(ofFile: store.appending(correction.storePath)).hex == correction.digest.hex)
        }
        #expect(try FolderScan.entries(of: store.appending("staging")) == [])
    }
}

/// One job with all instances of a series.
private struct WholeSeriesPlanner: SeriesPlanner {
    func decision(for instances: [Instance]) async throws -> SeriesPlan.Decision {
        let model = try #require(ContentDigest(hex: SHA256Digest(of: Array("model".utf8)).hex))
        let profile = ProfileReference(id: "liver", version: "1")
        return .jobs([JobPlan(instances: instances, profile: profile, modelDigest: model)])
    }
}

/// A monotonic clock that moves when a test moves it.
final class ManualIngestClock: IngestClock {
    private let time = Mutex<Duration>(.zero)

    func now() -> Duration { time.withLock { $0 } }

    func advance(by duration: Duration) { time.withLock { $0 += duration } }

    func sleep(for duration: Duration) async throws { advance(by: duration) }
}

extension Correction {
    /// The status of each segment by its label.
    var statuses: [String: CorrectionSegment.Status] {
        Dictionary(uniqueKeysWithValues: segments.map { ($0.label, $0.status) })
    }
}
