import DurableFiles
import Foundation
import Glibc
import Ingest
import Ledger
import Logging
import TestSupport
import Testing

/// A drop folder with an ingestor beside it, in a temporary folder, with time in the test's hand.
final class IngestBench {
    let incoming: URL
    let store: URL
    let ledger: any JobLedger
    let clock = ManualIngestClock()
    var configuration = IngestConfiguration()
    var inspector: any InstanceInspector = InProcessInspector()
    var planner: any SeriesPlanner = WholeSeriesPlanner()
    var logger = Logger(label: "test") { _ in SwiftLogNoOpLogHandler() }
    /// Wraps the real folder where a test wants faults.
    var wrap: (DirectoryDropFolder) -> any DropFolder = { $0 }
    private var running: Ingestor?

    static func run(ledger: any JobLedger = InMemoryLedger(), _ body: (IngestBench) async throws -> Void) async throws {
        try await withTemporaryFolder { folder in
            try await body(try IngestBench(folder, ledger: ledger))
        }
    }

    init(_ folder: URL, ledger: any JobLedger) throws {
        incoming = folder.appending(path: "incoming")
        store = folder.appending(path: "store")
        self.ledger = ledger
        try FileManager.default.createDirectory(at: incoming, withIntermediateDirectories: true)
    }

    // MARK: - What happens

    /// Puts a file into the folder as a finished copy would.
    func drop(_ bytes: Data, as name: String) throws { try drop(bytes, as: Array(name.utf8)) }

    func drop(_ slice: SyntheticSlice, as name: String) throws { try drop(slice.bytes, as: name) }

    /// The same for names that are not text.
    func drop(_ bytes: Data, as name: [UInt8]) throws {
        let path = path(name)
        try AtomicFile.createFolder(path.parent)
        try AtomicFile.write(Array(bytes), to: path)
    }

    func path(_ name: [UInt8]) -> RawPath { RawPath(incoming.path).appending(RawPath(bytes: name)) }

    @discardableResult
    func round() async throws -> IngestReport {
        let ingestor = try running ?? Ingestor(surroundings, configuration: configuration)
        running = ingestor
        return try await ingestor.round()
    }

    /// Forgets everything but the ledger and the files, as a restart does.
    func restart() { running = nil }

    /// Lets everything settle and be judged; studies are not quiet yet.
    @discardableResult
    func settle() async throws -> IngestReport {
        try await round()
        clock.advance(by: configuration.settleTime)
        return try await round()
    }

    /// Lets everything settle, be judged and planned.
    @discardableResult
    func complete() async throws -> IngestReport {
        try await settle()
        clock.advance(by: configuration.studyQuietTime)
        return try await round()
    }

    var surroundings: Ingestor.Surroundings {
        Ingestor.Surroundings(
            folder: wrap(DirectoryDropFolder(RawPath(incoming.path))),
            store: RawPath(store.path),
            ledger: ledger,
            inspector: inspector,
            planner: planner,
            clock: clock,
            logger: logger,
            names: LogIdentity(salt: "salt")
        )
    }

    // MARK: - What is there

    func file(_ name: String) async throws -> DroppedFile {
        try #require(try await ledger.file(at: DroppedPath(name), in: "incoming"))
    }

    func outcome(_ name: String) async throws -> String {
        let outcome = try await file(name).outcome
        return outcome.state.rawValue + (outcome.reason.map { " " + $0 } ?? "")
    }

    /// How many files are in each state, reasons behind the state.
    func tallies() async throws -> [String: Int] {
        let tallies = try await ledger.fileTallies()
        return Dictionary(
            uniqueKeysWithValues: tallies.map { tally in
                (tally.state.rawValue + (tally.reason.map { " " + $0 } ?? ""), tally.count)
            }
        )
    }

    /// Every row that speaks of a copy has it, with the right bytes.
    func checkCopies() async throws {
        for file in try await ledger.files(FileFilter()) {
            guard let copy = file.copy else { continue }
            let digest = try SHA256Digest(ofFile: RawPath(store.path).appending(copy))
            #expect(digest.hex == file.digest?.hex)
        }
        let staged = try FileManager.default.contentsOfDirectory(atPath: store.appending(path: "staging").path)
        #expect(staged == [])
    }
}

/// One job with all instances of a series.
struct WholeSeriesPlanner: SeriesPlanner {
    func decision(for instances: [Instance]) async throws -> SeriesPlan.Decision {
        let model = try #require(ContentDigest(hex: SHA256Digest(of: Array("model".utf8)).hex))
        let profile = ProfileReference(id: "liver", version: "1")
        return .jobs([JobPlan(instances: instances, profile: profile, modelDigest: model)])
    }
}
