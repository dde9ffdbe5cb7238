import DICOMFiles
import DICOMSegmentation
import DurableFiles
import Foundation
import Hummingbird
import HummingbirdTesting
import Ledger
import Synchronization
import TestSupport
import Testing

@testable import ReviewWeb

/// A site with one job on a synthetic series, whose result is the true mask of its phantom.
struct ImagingBench {
    let store: RawPath
    let results: RawPath
    let ledger = InMemoryLedger()
    let series: ImageSeries
    let volume: ImageVolume
    /// Labels by SOP Instance UID and frame number, as the series' maker wrote them down: 1 liver, 2 spleen.
    let truth: [String: [UInt8]]
    let job: JobID
    let volumes: JobVolumes
    let masks: JobMasks
    let audit = RecordingAudit()

    struct Unprepared: Error {}

    /// Changes made to the bytes of each file, of equal length: another geometry without another tool.
    static let geometries: [String: [(String, String)]] = [
        "non-square pixels": [("0.8\\0.8", "0.5\\1.3")],
        "flipped rows": [("1\\0\\0\\0\\1\\0 ", "1\\0\\0\\0\\-1\\0")],
    ]

    init(
        _ name: String = "plain",
        geometry: String? = nil,
        in folder: URL,
        hasResult: Bool = true,
        capacity: Int = 1 << 30
    ) async throws {
        let store = RawPath(folder.path).appending("store")
        self.store = store
        results = RawPath(folder.path).appending("annotated")
        try AtomicFile.createFolder(store)
        try AtomicFile.createFolder(results.appending("r"))
        let source = SharedFiles.cache.appending(path: "conformance/series/\(name)")
        try Self.copy(source, to: store, changes: geometry.flatMap { Self.geometries[$0] } ?? [])
        let headers = try FolderScan.entries(of: store).map {
            try InstanceHeader(reading: store.appending($0.name), pixelCheck: .none)
        }
        let series = ImageSeries(headers: headers)
        let volume = try #require(series.volume)
        let labels = try Self.truth(source)
        (self.series, self.volume, truth) = (series, volume, labels)
        let found: [SegmentMask] = [1, 2].map { label in
            SegmentMask(
                frames: volume.frames.map { frame in
                    labels[Self.key(frame)].map { values in
                        FrameMask(
                            rows: volume.rows,
                            columns: volume.columns,
                            pixels: values.map { $0 == label ? 1 : 0 }
                        )
                    }
                }
            )
        }
        let request = try Self.request(series, volume, found)
        try await Self.plan(ledger, series, volume)
        let leased = try #require(try await ledger.claimNext(by: WorkerID("w"), leaseFor: .seconds(60)))
        job = leased.job.id
        if hasResult {
            guard case .encoded(let file) = try SegmentationBuilder.build(request) else { throw Unprepared() }
            try AtomicFile.write(file.bytes, to: results.appending("r/segmentation.dcm"))
            let result = SegmentationFile(
                path: "r/segmentation.dcm",
                digest: try #require(ContentDigest(hex: file.digest.hex)),
                sopInstanceUID: InstanceUID(file.sopInstanceUID)
            )
            let published = JobResult(segmentation: result, receiptPath: "r/receipt.json")
            try #require(try await ledger.publish(published, under: leased.lease))
        }
        var surroundings = JobVolumes.Surroundings(
            ledger: ledger,
            store: store,
            results: results,
            decoder: InProcessVolumeDecoder(),
            reader: InProcessImagingReader(),
            protocols: NoProtocols()
        )
        surroundings.capacity = capacity
        volumes = JobVolumes(surroundings)
        masks = JobMasks(volumes)
    }

    /// A bench in a folder that exists while the body runs.
    static func run(
        _ name: String = "plain",
        geometry: String? = nil,
        hasResult: Bool = true,
        _ body: (ImagingBench) async throws -> Void
    ) async throws {
        try await withTemporaryFolder { folder in
            try await body(try await ImagingBench(name, geometry: geometry, in: folder, hasResult: hasResult))
        }
    }

    // MARK: - Files

    private static func copy(_ source: URL, to store: RawPath, changes: [(String, String)]) throws {
        for entry in try FolderScan.entries(of: RawPath(source.path)) where entry.name.hasSuffix(".dcm") {
            var data = try Data(contentsOf: source.appending(path: entry.name.displayName))
            for (old, new) in changes {
                precondition(old.utf8.count == new.utf8.count, "lengths stand in the file too")
                let place = try #require(data.range(of: Data(old.utf8)))
                data.replaceSubrange(place, with: Data(new.utf8))
            }
            try AtomicFile.write(Array(data), to: store.appending(entry.name))
        }
    }

    static func key(_ frame: SourceFrame) -> String { "\(frame.sopInstanceUID)#\(frame.frameNumber ?? 1)" }

    private static func truth(_ folder: URL) throws -> [String: [UInt8]] {
        struct Description: Decodable {
            struct Slice: Decodable {
                let sopInstanceUID: String
                let frame: Int
            }

            let rows: Int
            let columns: Int
            let slices: [Slice]
        }
        let description = try JSONDecoder().decode(
            Description.self,
            from: try Data(contentsOf: folder.appending(path: "truth.json"))
        )
        let labels = Array(try Data(contentsOf: folder.appending(path: "truth.raw")))
        let size = description.rows * description.columns
        return description.slices.enumerated().reduce(into: [:]) { found, slice in
            let key = "\(slice.element.sopInstanceUID)#\(max(slice.element.frame, 1))"
            found[key] = Array(labels[slice.offset * size..<(slice.offset + 1) * size])
        }
    }

    private static func request(
        _ series: ImageSeries,
        _ volume: ImageVolume,
        _ masks: [SegmentMask]
    ) throws -> SegmentationRequest {
        let digest = try #require(SHA256Digest(hex: String(repeating: "01ab", count: 16)))
        let names = [("Liver", "10200004", "liver"), ("Spleen", "78961009", "spleen")]
        return SegmentationRequest(
            source: series,
            volume: volume,
            segments: zip(names, masks).map { name, mask in
                .init(
                    description: SegmentDescription(
                        label: name.0,
                        category: .anatomicalStructure,
                        type: CodedConcept(value: name.1, scheme: "SCT", meaning: name.0),
                        algorithm: .automatic(.init(name: "Preread", version: "1")),
                        color: SRGBColor(red: 200, green: 100, blue: 50),
                        trackingID: "test/\(name.2)"
                    ),
                    mask: mask
                )
            },
            series: .init(number: 9001, description: "Preread test"),
            content: .init(label: "PREREAD", description: "Liver and spleen", creatorName: "Preread^Service"),
            equipment: Equipment(
                manufacturer: "Preread",
                modelName: "Preread",
                deviceSerialNumber: "1",
                softwareVersions: ["1"]
            ),
            provenance: .init(profileID: "test", profileVersion: "1", modelName: "tiny", modelDigest: digest),
            creation: .init(instant: Date(timeIntervalSince1970: 1_767_355_200), timeZone: .gmt)
        )
    }

    // MARK: - Ledger

    private static func plan(_ ledger: InMemoryLedger, _ series: ImageSeries, _ volume: ImageVolume) async throws {
        let encoder = JSONEncoder()
        for header in series.headers {
            let name = header.path.lastComponent.displayName
            let fingerprint = FileFingerprint(size: Int64(header.fileSize), modified: 1, inode: 1)
            let sighting = FileSighting(path: DroppedPath(name), fingerprint: fingerprint)
            let file = try #require(try await ledger.record([sighting], in: "incoming").first)
            let candidate = InstanceCandidate(
                file: file.id,
                identity: InstanceIdentity(
                    sopClassUID: header.sopClassUID,
                    sopInstanceUID: InstanceUID(header.sopInstanceUID),
                    seriesUID: SeriesUID(header.seriesInstanceUID),
                    studyUID: StudyUID(header.studyInstanceUID),
                    patientIdentity: "P1",
                    modality: header.modality
                ),
                digest: try #require(ContentDigest(hex: header.digest.hex)),
                size: Int64(header.fileSize),
                storePath: name,
                header: Array(try encoder.encode(header.moved(to: RawPath(name))))
            )
            _ = try await ledger.admit([candidate])
        }
        let digest = try #require(ContentDigest(hex: String(repeating: "0", count: 64)))
        let plan = JobPlan(
            // As they come: the page must not rely on the order of the plan.
            instances: series.headers.map { InstanceUID($0.sopInstanceUID) },
            setDigest: digest,
            profile: ProfileReference(id: "test", version: "1"),
            modelDigest: digest
        )
        let uid = SeriesUID(series.seriesInstanceUID)
        let planned = SeriesPlan(series: uid, instanceCount: series.headers.count, decision: .jobs([plan]))
        try #require(try await ledger.plan(planned)?.count == 1)
    }

    // MARK: - Asking

    /// An application with the areas, for a user who is logged in.
    func application(
        _ areas: [any ReviewRoutes],
        as role: ReviewRole = .reviewer
    ) -> some ApplicationProtocol {
        let router = Router(context: ReviewContext.self)
        router.add(middleware: SignedIn(user: ReviewUser(name: "anna", role: role)))
        for area in areas {
            let base = area.base.rawValue
            area.add(
                to: ReviewGroup(router.group(RouterPath(base)), path: "/\(base)", audit: audit, table: RouteTable())
            )
        }
        return Application(router: router)
    }

    /// The areas that only show.
    var areas: [any ReviewRoutes] {
        [
            ImageRoutes(volumes), MaskRoutes(masks, saver: NoSaver(), audit: audit),
            DICOMwebRoutes(volumes.surroundings, audit: audit),
        ]
    }
}

struct NoProtocols: JobProtocols {
    func jobProtocol(of job: Job) -> JobProtocol? { nil }
}

struct NoSaver: CorrectionSaver {
    func save(_ draft: CorrectionDraft, of job: JobID, by user: ReviewUser) async throws -> SavedCorrection {
        SavedCorrection(correction: 7, state: "current", message: "", effort: [])
    }
}

/// Remembers what was noted.
final class RecordingAudit: ReviewAudit {
    private let noted = Mutex<[AuditEntry]>([])

    var entries: [AuditEntry] { noted.withLock { $0 } }

    func note(_ entry: AuditEntry) async throws(ReviewError) { noted.withLock { $0.append(entry) } }

    func noteView(of job: JobID, by user: ReviewUser, from address: String) async throws(ReviewError) {
        noted.withLock { $0.append(AuditEntry(.view, by: user.name, from: address, job: job.rawValue)) }
    }
}

/// Everybody who asks is this user.
private struct SignedIn: RouterMiddleware {
    typealias Context = ReviewContext

    let user: ReviewUser

    func handle(
        _ request: Request,
        context: ReviewContext,
        next: (Request, ReviewContext) async throws -> Response
    ) async throws -> Response {
        var context = context
        context.user = user
        return try await next(request, context)
    }
}

extension TestClientProtocol {
    /// The answer to a GET request, which must succeed.
    func get(_ path: String, headers: HTTPFields = [:]) async throws -> Data {
        try await execute(uri: path, method: .get, headers: headers) { response in
            #expect(response.status == .ok, "\(path): \(String(buffer: response.body).prefix(300))")
            return Data(response.body.readableBytesView)
        }
    }

    /// The JSON answer to a GET request.
    func json<Value: Decodable>(_ path: String, as type: Value.Type = Value.self) async throws -> Value {
        try JSONDecoder().decode(Value.self, from: try await get(path))
    }

    /// The status of the answer to a GET request.
    func status(_ path: String, headers: HTTPFields = [:]) async throws -> HTTPResponse.Status {
        try await execute(uri: path, method: .get, headers: headers) { $0.status }
    }
}
