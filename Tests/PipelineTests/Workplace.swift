import DICOMFiles
import DurableFiles
import Foundation
import Ledger
import Logging
import Pipeline
import Profiles
import SegmentAnything
import Synchronization
import TestSupport

/// A ledger with one queued job for a synthetic series, and folders for a worker.
struct Workplace {
    let series: AnnotatedSeries
    let ledger: InMemoryLedger
    let clock: ManualClock
    /// Holds the job's files under the paths that the ledger knows.
    let store: RawPath
    let output: RawPath

    struct Unprepared: Error {}

    init(_ folder: URL) async throws {
        series = try AnnotatedSeries("odd23x38")
        clock = ManualClock()
        ledger = InMemoryLedger(clock: clock)
        store = RawPath(folder.path).appending("store")
        output = RawPath(folder.path).appending("output")
        try FileManager.default.copyItem(atPath: series.folder.displayName, toPath: store.displayName)
        try await queueJob()
    }

    private func queueJob() async throws {
        for header in series.series.headers {
            let name = header.path.lastComponent.displayName
            let fingerprint = FileFingerprint(size: Int64(header.fileSize), modified: 1, inode: 1)
            let sighting = FileSighting(path: DroppedPath(name), fingerprint: fingerprint)
            guard let file = try await ledger.record([sighting], in: "incoming").first,
                let digest = ContentDigest(hex: header.digest.hex)
            else { throw Unprepared() }
            let identity = InstanceIdentity(
                sopClassUID: header.sopClassUID,
                sopInstanceUID: InstanceUID(header.sopInstanceUID),
                seriesUID: SeriesUID(header.seriesInstanceUID),
                studyUID: StudyUID(header.studyInstanceUID),
                patientIdentity: "P1",
                modality: header.modality
            )
            let candidate = InstanceCandidate(
                file: file.id,
                identity: identity,
                digest: digest,
                size: Int64(header.fileSize),
                storePath: name
            )
            _ = try await ledger.admit([candidate])
        }
        guard let digest = ContentDigest(hex: AnnotatedSeries.model(ThresholdNetwork()).digest.hex) else {
            throw Unprepared()
        }
        let plan = JobPlan(
            instances: series.volume.frames.map { InstanceUID($0.sopInstanceUID) },
            setDigest: digest,
            profile: ProfileReference(id: "test", version: "1"),
            modelDigest: digest
        )
        let uid = SeriesUID(series.series.seriesInstanceUID)
        let count = series.series.headers.count
        let jobs = try await ledger.plan(SeriesPlan(series: uid, instanceCount: count, decision: .jobs([plan])))
        guard jobs?.count == 1 else { throw Unprepared() }
    }

    /// The one job.
    func job() async throws -> Job {
        guard let job = try await ledger.jobs(JobFilter()).first else { throw Unprepared() }
        return job
    }

    /// A person withdraws the job.
    func cancel() async throws {
        try await ledger.cancel(try await job().id, reason: JobReason("TEST"), by: "person")
    }

    /// What lies in the output folder.
    var written: [String] { (try? FileManager.default.subpathsOfDirectory(atPath: output.displayName)) ?? [] }

    func worker(
        queue: (any JobQueue)? = nil,
        network: any SegmentationModel = ThresholdNetwork(),
        resources: GivenResources? = nil,
        lease: Duration = .seconds(60),
        logger: Logger = .calling { _ in }
    ) throws -> AnnotationWorker {
        let digest = SHA256Digest(of: Array("prompts".utf8))
        let source = AnnotationRequest.Source.prompts(try series.prompts(), digest: digest)
        return AnnotationWorker(
            queue: queue ?? ledger,
            resources: resources ?? .given(source, network: network),
            configuration: .init(
                id: WorkerID("w1"),
                store: store,
                output: output,
                program: AnnotatedSeries.program,
                lease: lease,
                idlePoll: .milliseconds(1)
            ),
            logger: logger
        )
    }
}

/// A workplace in a folder that exists while the body runs.
func withWorkplace(_ body: (Workplace) async throws -> Void) async throws {
    try await withTemporaryFolder { folder in try await body(try await Workplace(folder)) }
}

/// Hands out the same things for every job, or an error.
struct GivenResources: JobResources {
    let answer: Result<(source: AnnotationRequest.Source, model: LoadedModel), any Error>

    static func given(
        _ source: AnnotationRequest.Source,
        network: any SegmentationModel = ThresholdNetwork()
    ) -> GivenResources {
        GivenResources(answer: .success((source, AnnotatedSeries.model(network))))
    }

    func resources(for job: Job) throws -> (source: AnnotationRequest.Source, model: LoadedModel) {
        try answer.get()
    }
}

/// Something that goes wrong.
enum Fault: String, Sendable, CaseIterable {
    case prompt, modelRefuses, profileGone, storeChanged, storeGone, outputIsAFile, unknown

    var code: String {
        switch self {
        case .prompt: "BAD_PROMPT"
        case .modelRefuses: "MODEL_REFUSED"
        case .profileGone: "PROFILE_UNUSABLE"
        case .storeChanged: "UID_CONFLICT"
        case .storeGone: "ACCESS_DENIED"
        case .outputIsAFile: "FILE_SYSTEM"
        case .unknown: "INTERNAL"
        }
    }

    var isRetried: Bool { [.storeGone, .outputIsAFile, .unknown].contains(self) }
}

extension Workplace {
    /// A worker for which something goes wrong.
    func worker(with fault: Fault) throws -> AnnotationWorker {
        let first = store.appending(series.volume.frames[0].path.lastComponent)
        switch fault {
        case .prompt:
            let other = try AnnotatedSeries("plain").prompts()
            let digest = SHA256Digest(of: Array("other".utf8))
            return try worker(resources: .given(.prompts(other, digest: digest)))
        case .modelRefuses:
            let refuse: @Sendable () throws(ModelError) -> Void = { () throws(ModelError) in
                throw ModelError.invalidInput("too small")
            }
            return try worker(network: ThresholdNetwork(beforeEncoding: refuse))
        case .profileGone:
            return try worker(resources: GivenResources(answer: .failure(AnnotationError.profile("gone"))))
        case .storeChanged:
            let bytes = try ReadOnlyFile(first, subject: "file").readAll()
            try AtomicFile.write(bytes.dropLast() + [bytes[bytes.count - 1] ^ 1], to: first)
        case .storeGone: try FileManager.default.removeItem(atPath: first.displayName)
        case .outputIsAFile: try AtomicFile.write([1], to: output)
        case .unknown: return try worker(resources: GivenResources(answer: .failure(Unprepared())))
        }
        return try worker()
    }
}

extension Profile {
    /// A profile whose boxes come from people.
    static func withoutAtlas() throws -> Profile {
        let set = try ProfileSet.load(RawPath(SharedFiles.repository.appending(path: "profiles").path))
        guard let profile = set.profiles.first else { throw Workplace.Unprepared() }
        return profile
    }
}

/// A clock that moves when a test moves it.
final class ManualClock: LedgerClock {
    private let milliseconds = Mutex<Int64>(1_700_000_000_000)

    func now() -> Timestamp { Timestamp(milliseconds: milliseconds.withLock { $0 }) }

    func advance(by duration: Duration) {
        let later = now().adding(duration)
        milliseconds.withLock { $0 = later.milliseconds }
    }
}
