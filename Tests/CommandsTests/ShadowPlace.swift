import Checkpoints
import DICOMFiles
import DurableFiles
import Evaluation
import Foundation
import Ledger
import Logging
import Pipeline
import Profiles
import SegmentAnything
import Tensors
import TestSupport
import Testing

@testable import Commands

/// A site with two models, a run whose candidate has passed the gate, and a synthetic series with a job.
struct ShadowPlace {
    let site: SiteConfiguration
    let models: ModelStore
    let ledger = InMemoryLedger()
    let images: ImageSeries
    let run: TrainingFolder.Run
    let record: TrainingRunRecord

    private static let logger = Logger(label: "test") { _ in SwiftLogNoOpLogHandler() }

    var folder: TrainingFolder { TrainingFolder(path: site.training.folder) }

    init(_ folder: URL, promotes: Bool = true, series: Int = 1) async throws {
        // A folder deeper: the default places of models and profiles lie beside the site's.
        site = SiteConfiguration.defaults(in: RawPath(folder.path).appending("watch"))
        models = ModelStore(folder: site.models)
        let (parent, child) = try Self.packages(models)
        images = try ConformanceSeries.read("odd23x38")
        run = TrainingFolder.Run(path: site.training.folder.appending("run-1"))
        try AtomicFile.createFolder(run.path)
        let manifest = try Self.manifest()
        try AtomicFile.write(try manifest.jsonBytes(), to: run.cases)
        record = Self.record(parent, child, promotes: promotes, series: series, cases: manifest.digest)
        try TrainingFolder(path: site.training.folder).write(record, for: run)
        try await queueJob()
    }

    static func record(
        _ incumbent: TrainingRunRecord.Model,
        _ candidate: TrainingRunRecord.Model,
        promotes: Bool = true,
        series: Int = 1,
        cases: SHA256Digest = SHA256Digest(of: [3])
    ) -> TrainingRunRecord {
        TrainingRunRecord(
            id: "run-1",
            created: Date(timeIntervalSinceNow: -100),
            actor: "test",
            channel: ModelChannels.production,
            incumbent: incumbent,
            scope: "decoder",
            precision: "fp32",
            seed: 1,
            steps: 1,
            minutes: 1,
            memoryMB: 1,
            promotes: promotes,
            validation: "none",
            casesSHA256: cases,
            corrections: 0,
            phase: .shadowing,
            candidate: candidate,
            shadow: .init(series: series, began: Date(timeIntervalSinceNow: -50)),
            reasons: ["better"]
        )
    }

    /// The packages `parent` and `child`, whose weights differ.
    private static func packages(_ store: ModelStore) throws -> (TrainingRunRecord.Model, TrainingRunRecord.Model) {
        let file = RawPath(SharedFiles.reference("sam-med2d/golden/tiny_weights.safetensors").path)
        let parent = try store.importFile(file, name: "parent", licence: "Apache-2.0").package.manifest
        let child = try add("child", scale: 2, to: store)
        // A store of several packages has to be told which is meant.
        try store.promote("parent", in: ModelChannels.production, by: "test", reason: "first")
        return (.init(name: "parent", sha256: parent.weights.sha256), child)
    }

    static func add(_ name: String, scale: Float, run: String = "run-1", to store: ModelStore) throws
        -> TrainingRunRecord.Model
    {
        let parent = try store.package(named: "parent")
        var weights = try parent.load()
        let token = "mask_decoder.iou_token.weight"
        weights.tensors[token] = weights.tensors[token]?.scaled(by: scale)
        let training = ModelManifest.Training(
            parent: ("parent", parent.manifest.weights.sha256),
            run: run,
            casesSHA256: SHA256Digest(of: [1]),
            scope: "decoder",
            seed: 7,
            steps: 30
        )
        let added = try store.add(weights, name: name, training: training).package.manifest
        return .init(name: added.name, sha256: added.weights.sha256)
    }

    private static func manifest() throws -> CaseManifest {
        let learnt = ReviewedCase(
            .init(
                id: "case-1",
                studyInstanceUID: "1.2",
                seriesInstanceUID: "1.2.3",
                patient: "key",
                profile: .init(id: "p", version: "1"),
                scanner: .init(manufacturer: "Maker", model: "Model")
            ),
            instances: [.init(path: "a", sha256: SHA256Digest(of: [1]))],
            truth: .init(path: "b", sha256: SHA256Digest(of: [2]), sopInstanceUID: "1.2.3.4"),
            verdict: .corrected,
            review: .init(reviewer: "r1", time: "2026-01-02T03:04:05Z"),
            segments: [.init(id: "liver", number: 1, change: .edited)],
            role: .train
        )
        return try CaseManifest(
            cases: [learnt],
            seed: 5,
            rules: [],
            program: "1.0.0",
            created: "2026-01-02T03:04:05Z"
        )
    }

    /// The series comes into the store, and waits to be annotated with the incumbent.
    private func queueJob() async throws {
        try ConformanceSeries.copy("odd23x38", into: URL(filePath: site.folders.store.displayName))
        for header in images.headers {
            let name = header.path.lastComponent.displayName
            let fingerprint = FileFingerprint(size: Int64(header.fileSize), modified: 1, inode: 1)
            let sighting = FileSighting(path: DroppedPath(name), fingerprint: fingerprint)
            let file = try #require(try await ledger.record([sighting], in: "incoming").first)
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
                digest: try #require(ContentDigest(hex: header.digest.hex)),
                size: Int64(header.fileSize),
                storePath: name
            )
            _ = try await ledger.admit([candidate])
        }
        let volume = try #require(images.volume)
        let digest = try #require(ContentDigest(hex: record.incumbent.sha256.hex))
        let plan = JobPlan(
            instances: volume.frames.map { InstanceUID($0.sopInstanceUID) },
            setDigest: digest,
            profile: ProfileReference(id: "p", version: "1"),
            modelDigest: digest
        )
        let series = SeriesPlan(
            series: SeriesUID(images.seriesInstanceUID),
            instanceCount: images.headers.count,
            decision: .jobs([plan])
        )
        #expect(try await ledger.plan(series)?.count == 1)
    }

    // MARK: - Work

    private func resources() throws -> BoxResources {
        let frames = try #require(images.volume).frames
        let prompts = frames.map {
            #"{"sop": "\#($0.sopInstanceUID)", "frame": \#($0.frameNumber ?? 1), "box": [4, 4, 16, 16]}"#
        }
        let json =
            #"{"segments": [{"label": "Liver", "category": ["123037004", "SCT", "Anatomical Structure"], "#
            + #""type": ["10200004", "SCT", "Liver"], "window": [-160, 240], "prompts": ["#
            + prompts.joined(separator: ", ") + "]}]}"
        let source = AnnotationRequest.Source.prompts(
            try PromptFile(json: Array(json.utf8)),
            digest: SHA256Digest(of: Array(json.utf8))
        )
        return BoxResources(source: source, model: Self.model(record.incumbent, BoxNetwork(margin: 0)))
    }

    private static func model(_ model: TrainingRunRecord.Model, _ network: BoxNetwork) -> LoadedModel {
        LoadedModel(name: model.name, digest: model.sha256, precision: "fp32", network: network)
    }

    /// The model in use annotates what waits.
    func annotate() async throws {
        let worker = AnnotationWorker(
            queue: ledger,
            resources: try resources(),
            configuration: .init(
                id: WorkerID("w1"),
                store: site.folders.store,
                output: site.folders.annotated,
                program: ProgramVersion.identity
            ),
            logger: Self.logger
        )
        #expect(try await worker.workOnce())
        #expect(try await ledger.jobs(JobFilter()).map(\.state) == [.annotated])
    }

    func service(_ network: BoxNetwork = BoxNetwork(margin: 2)) throws -> ShadowService {
        ShadowService(
            .init(
                site: site,
                models: models,
                ledger: ledger,
                resources: try resources(),
                logger: Self.logger,
                load: { candidate, _ in Self.model(candidate, network) }
            )
        )
    }

    /// A round of a service that has just begun, as after a kill.
    func round() async throws -> ShadowService.Round { await (try service()).round() }

    /// The run's record as it is now.
    func present() throws -> TrainingRunRecord { try folder.record(of: run) }

    /// Everything in the results folder.
    var results: [String] {
        (try? FileManager.default.subpathsOfDirectory(atPath: site.folders.annotated.displayName).sorted()) ?? []
    }
}

/// Hands out the same for every job.
struct BoxResources: JobResources {
    let source: AnnotationRequest.Source
    let model: LoadedModel

    func resources(for job: Job) -> (source: AnnotationRequest.Source, model: LoadedModel) { (source, model) }
}

/// A network that fills boxes up to a margin.
struct BoxNetwork: SegmentationModel {
    var margin: Double
    var isBroken = false

    var traits: ModelTraits {
        ModelTraits(architecture: "box", inputSize: 64, takesPoints: false, takesMasks: false)
    }

    func encode(_ image: SliceImage) throws(ModelError) -> ImageEmbedding {
        if isBroken { throw ModelError.invalidInput("broken") }
        return ImageEmbedding(
            features: Tensor(zeros: [1, 1]),
            grid: 1,
            sourceRows: image.rows,
            sourceColumns: image.columns
        )
    }

    func decode(_ prompts: [Prompt], on embedding: ImageEmbedding) throws(ModelError) -> [MaskPrediction] {
        let (rows, columns) = (embedding.sourceRows, embedding.sourceColumns)
        return prompts.map { prompt in
            let logits = (0..<rows * columns).map { index -> Float in
                let (column, row) = (Double(index % columns) + 0.5, Double(index / columns) + 0.5)
                guard let box = prompt.box else { return -1 }
                let isInside =
                    box.x0 + margin...box.x1 - margin ~= column && box.y0 + margin...box.y1 - margin ~= row
                return isInside ? 1 : -1
            }
            return MaskPrediction(
                lowResLogits: Tensor(zeros: [4, 4]),
                logits: Tensor(logits, shape: [rows, columns]),
                predictedIoU: 0.9
            )
        }
    }
}
