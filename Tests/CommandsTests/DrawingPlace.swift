import Corrections
import DICOMFiles
import DICOMSegmentation
import DurableFiles
import Foundation
import Ingest
import Ledger
import Logging
import Profiles
import ReviewWeb
import TestSupport
import Testing

@testable import Commands

/// A site with one job on a synthetic series, and what saves corrections of it.
struct DrawingPlace {
    let store: RawPath
    let results: RawPath
    let ledger = InMemoryLedger()
    let series: ImageSeries
    let volume: ImageVolume
    /// Boxes in the middle of the volume.
    let liver: SegmentMask
    let spleen: SegmentMask
    let job: JobID
    let masks: JobMasks
    let saver: SiteCorrectionSaver

    static let user = ReviewUser(name: "anna", role: .reviewer)

    init(_ name: String, in folder: URL, hasResult: Bool = true) async throws {
        store = RawPath(folder.path).appending("store")
        results = RawPath(folder.path).appending("annotated")
        try AtomicFile.createFolder(results.appending("r"))
        try ConformanceSeries.copy(name, into: URL(fileURLWithPath: store.displayName))
        let store = store
        let headers = try FolderScan.entries(of: store).filter { $0.name.hasSuffix(".dcm") }.map {
            try InstanceHeader(reading: store.appending($0.name), pixelCheck: .none)
        }
        series = ImageSeries(headers: headers)
        volume = try #require(series.volume)
        let (rows, columns, count) = (volume.rows, volume.columns, volume.count)
        liver = Self.box(count, rows, columns, slices: 1..<count - 1, rows: 3..<rows / 2, columns: 4..<columns / 2)
        spleen = Self.box(count, rows, columns, slices: 2..<4, rows: 5..<12, columns: columns / 2..<columns - 3)
        let profiles = try ProfileCatalogue(RawPath(SharedFiles.repository.appending(path: "profiles").path))
        let profile = try #require(profiles.current.profile(id: "ct-abdomen"))
        let digest = try #require(ContentDigest(hex: String(repeating: "0a", count: 32)))
        try await Self.plan(ledger, series, profile, digest)
        let leased = try #require(try await ledger.claimNext(by: WorkerID("w"), leaseFor: .seconds(60)))
        job = leased.job.id
        if hasResult {
            let result = try Self.write([("liver", liver), ("spleen", spleen)], series, volume, profile, into: results)
            let published = JobResult(segmentation: result, receiptPath: "r/receipt.json")
            try #require(try await ledger.publish(published, under: leased.lease))
        } else {
            try #require(try await ledger.requirePrompt(JobReason("WEAK_PRIOR"), under: leased.lease))
        }
        let volumes = JobVolumes(
            .init(
                ledger: ledger,
                store: store,
                results: results,
                decoder: InProcessVolumeDecoder(),
                reader: InProcessImagingReader(),
                protocols: SiteProtocols(profiles: profiles)
            )
        )
        masks = JobMasks(volumes)
        let intake = try CorrectionIntake(
            .init(
                folders: [],
                store: store,
                results: results,
                ledger: ledger,
                reader: InProcessCorrectionReader(),
                logger: Logger(label: "test") { _ in SwiftLogNoOpLogHandler() }
            ),
            configuration: IngestConfiguration()
        )
        saver = SiteCorrectionSaver(
            ledger: ledger,
            intake: intake,
            masks: masks,
            profiles: profiles,
            folders: (store, results)
        )
    }

    static func run(
        _ name: String = "plain",
        hasResult: Bool = true,
        _ body: (DrawingPlace) async throws -> Void
    ) async throws {
        try await withTemporaryFolder { folder in
            try await body(try await DrawingPlace(name, in: folder, hasResult: hasResult))
        }
    }

    // MARK: - Masks

    private static func box(
        _ count: Int,
        _ height: Int,
        _ width: Int,
        slices: Range<Int>,
        rows: Range<Int>,
        columns: Range<Int>
    ) -> SegmentMask {
        SegmentMask(
            frames: (0..<count).map { slice in
                guard slices ~= slice else { return nil }
                return FrameMask(
                    rows: height,
                    columns: width,
                    pixels: (0..<height * width).map { rows ~= $0 / width && columns ~= $0 % width ? 1 : 0 }
                )
            }
        )
    }

    /// A mask in which pixels scattered over all slices are the other way round.
    func scattered(_ mask: SegmentMask) -> SegmentMask {
        SegmentMask(
            frames: mask.frames.enumerated().map { slice, frame in
                var pixels = frame?.unpacked() ?? [UInt8](repeating: 0, count: volume.rows * volume.columns)
                for index in stride(from: slice % 7, to: pixels.count, by: 97) { pixels[index] ^= 1 }
                return FrameMask(rows: volume.rows, columns: volume.columns, pixels: pixels)
            }
        )
    }

    func runs(_ mask: SegmentMask) -> Data {
        Data(MaskRuns(mask, rows: volume.rows, columns: volume.columns).bytes)
    }

    func segment(_ name: String, _ mask: SegmentMask, _ tools: String...) -> CorrectionDraft.Segment {
        CorrectionDraft.Segment(key: "ct-abdomen/\(name)", runs: runs(mask), tools: tools)
    }

    var empty: SegmentMask { SegmentMask(frameCount: volume.count) }

    func save(_ segments: CorrectionDraft.Segment..., base: MaskSource = .result) async throws -> SavedCorrection {
        try await saver.save(
            CorrectionDraft(base: base, seconds: 12, segments: segments),
            of: job,
            by: Self.user
        )
    }

    func correction(_ saved: SavedCorrection) async throws -> Correction {
        try #require(try await ledger.correction(CorrectionID(rawValue: saved.correction)))
    }

    // MARK: - Ledger and result

    private static func plan(
        _ ledger: InMemoryLedger,
        _ series: ImageSeries,
        _ profile: Profile,
        _ digest: ContentDigest
    ) async throws {
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
                header: Array(try JSONEncoder().encode(header.moved(to: RawPath(name))))
            )
            _ = try await ledger.admit([candidate])
        }
        let plan = JobPlan(
            instances: series.headers.map { InstanceUID($0.sopInstanceUID) },
            setDigest: digest,
            profile: ProfileReference(profile),
            modelDigest: digest
        )
        let planned = SeriesPlan(
            series: SeriesUID(series.seriesInstanceUID),
            instanceCount: series.headers.count,
            decision: .jobs([plan])
        )
        try #require(try await ledger.plan(planned)?.count == 1)
    }

    private static func write(
        _ masks: [(name: String, mask: SegmentMask)],
        _ series: ImageSeries,
        _ volume: ImageVolume,
        _ profile: Profile,
        into results: RawPath
    ) throws -> SegmentationFile {
        let digest = try #require(SHA256Digest(hex: String(repeating: "0a", count: 32)))
        let segments = try masks.map { name, mask in
            let segment = try #require(profile.segments.first { $0.id == name })
            return SegmentationRequest.Segment(
                description: SegmentDescription(
                    label: segment.label,
                    category: .anatomicalStructure,
                    type: CodedConcept(
                        value: segment.type.value,
                        scheme: segment.type.scheme,
                        meaning: segment.type.meaning
                    ),
                    algorithm: .automatic(.init(name: "Preread test", version: "1")),
                    color: SRGBColor(red: 200, green: 100, blue: 50),
                    trackingID: "\(profile.id)/\(name)"
                ),
                mask: mask
            )
        }
        let request = SegmentationRequest(
            source: series,
            volume: volume,
            segments: segments,
            series: .init(number: 9001, description: "Preread test"),
            content: .init(label: "PREREAD", description: "Result", creatorName: "Preread^Service"),
            equipment: Equipment(
                manufacturer: "Preread",
                modelName: "Preread",
                deviceSerialNumber: "1",
                softwareVersions: ["1"]
            ),
            provenance: .init(profileID: profile.id, profileVersion: "1", modelName: "tiny", modelDigest: digest),
            creation: .init(instant: Date(timeIntervalSince1970: 1_767_355_200), timeZone: .gmt)
        )
        guard case .encoded(let file) = try SegmentationBuilder.build(request) else {
            throw CommandFailure(.environment, "nothing was encoded")
        }
        try AtomicFile.write(file.bytes, to: results.appending("r/segmentation.dcm"))
        return SegmentationFile(
            path: "r/segmentation.dcm",
            digest: try #require(ContentDigest(hex: file.digest.hex)),
            sopInstanceUID: InstanceUID(file.sopInstanceUID)
        )
    }
}
