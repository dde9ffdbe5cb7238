import ArgumentParser
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
import TestSupport
import Testing
import Training

@testable import Commands

/// A site with a small model and synthetic series that were annotated, and reviewed by people.
struct ReviewedPlace {
    let site: SiteConfiguration
    let profiles: ProfileSet
    let models: ModelStore
    /// At one moment: results carry the time of their job, cases are named by the digest of results, and the same place has
    /// to give the same cases.
    let ledger = InMemoryLedger(clock: StoppedClock())
    let incumbent: ModelPackage

    static let profile = "ct-abdomen"
    private static let logger = Logger(label: "test") { _ in SwiftLogNoOpLogHandler() }

    var folder: TrainingFolder { TrainingFolder(path: site.training.folder) }

    /// `counts` is the site's smallest numbers of cases and patients.
    init(_ folder: URL, counts: (cases: Int, patients: Int) = (2, 2), namesAtlas: Bool = false) throws {
        let home = RawPath(folder.path)
        try Self.copyProfiles(to: home.appending("profiles"), namesAtlas: namesAtlas)
        let schema = try Data(contentsOf: SharedFiles.repository.appending(path: "watch/site.xsd"))
        try AtomicFile.write(Array(schema), to: home.appending("site.xsd"))
        let text = """
            <site schema="1"><profiles folder="profiles"/><models folder="models"/>
            <training minimumCases="\(counts.cases)" minimumPatients="\(counts.patients)"/></site>
            """
        try AtomicFile.write(Array(text.utf8), to: home.appending("site.xml"))
        site = try SiteConfiguration.load(home.appending("site.xml"))
        profiles = try ProfileSet.load(site.profiles)
        models = ModelStore(folder: site.models)
        let file = RawPath(SharedFiles.reference("sam-med2d/golden/tiny_weights.safetensors").path)
        incumbent = try models.importFile(file, name: "parent", licence: "Apache-2.0").package
        for path in [site.folders.store, site.folders.annotated] { try AtomicFile.createFolder(path) }
    }

    /// The abdomen's profile, without its atlas unless it is wanted: the prior gives no boxes, and perfect ones decide.
    private static func copyProfiles(to target: RawPath, namesAtlas: Bool) throws {
        try AtomicFile.createFolder(target)
        let source = RawPath(SharedFiles.repository.appending(path: "profiles").path)
        for name in ["ct-abdomen.xml", "profile.xsd", "codes.tsv"] {
            let text = String(decoding: try ReadOnlyFile(source.appending(name)).readAll(), as: UTF8.self)
            let changed =
                namesAtlas
                ? text
                : text.replacingOccurrences(of: #"<atlas name="ct-abdomen-example"/>"#, with: "")
                    .replacingOccurrences(of: #" atlasLabel="[^"]*""#, with: "", options: .regularExpression)
            try AtomicFile.write(Array(changed.utf8), to: target.appending(name))
        }
    }

    // MARK: - Series

    /// What a person does with a result of liver and spleen.
    enum Review {
        /// Accepts it.
        case accept
        /// Hands in these statuses of liver and spleen.
        case correct(CorrectionSegment.Status, CorrectionSegment.Status)
    }

    /// Takes a series in, has it annotated, and reviews it.
    @discardableResult
    func add(_ name: String, patient: String, _ review: Review = .correct(.edited, .edited)) async throws -> Job {
        let images = try ConformanceSeries.read(name)
        try ConformanceSeries.copy(name, into: URL(filePath: site.folders.store.appending(name).displayName))
        let job = try await queue(images, name, patient)
        let worker = AnnotationWorker(
            queue: ledger,
            resources: BoxResources(
                source: try Self.source(images),
                model: LoadedModel(
                    name: "parent",
                    digest: incumbent.manifest.weights.sha256,
                    precision: "fp32",
                    network: BoxNetwork(margin: 0)
                )
            ),
            configuration: .init(
                id: WorkerID("w1"),
                store: site.folders.store,
                output: site.folders.annotated,
                program: ProgramVersion.identity
            ),
            logger: Self.logger
        )
        try #require(try await worker.workOnce())
        switch review {
        case .accept: try await ledger.decide(job.id, .accept, by: "anna")
        case .correct(let liver, let spleen): try await correct(job.id, liver, spleen)
        }
        return try #require(try await ledger.job(job.id))
    }

    private func queue(_ images: ImageSeries, _ name: String, _ patient: String) async throws -> Job {
        for header in images.headers {
            let path = "\(name)/\(header.path.lastComponent.displayName)"
            let fingerprint = FileFingerprint(size: Int64(header.fileSize), modified: 1, inode: 1)
            let sighting = FileSighting(path: DroppedPath(path), fingerprint: fingerprint)
            let file = try #require(try await ledger.record([sighting], in: "incoming").first)
            let identity = InstanceIdentity(
                sopClassUID: header.sopClassUID,
                sopInstanceUID: InstanceUID(header.sopInstanceUID),
                seriesUID: SeriesUID(header.seriesInstanceUID),
                studyUID: StudyUID(header.studyInstanceUID),
                patientIdentity: patient,
                modality: header.modality
            )
            let candidate = InstanceCandidate(
                file: file.id,
                identity: identity,
                digest: try #require(ContentDigest(hex: header.digest.hex)),
                size: Int64(header.fileSize),
                storePath: path,
                header: Array(try JSONEncoder().encode(header))
            )
            _ = try await ledger.admit([candidate])
        }
        let volume = try #require(images.volume)
        let profile = try #require(profiles.profile(id: Self.profile))
        let plan = JobPlan(
            instances: volume.frames.map { InstanceUID($0.sopInstanceUID) },
            setDigest: try #require(ContentDigest(hex: images.headers[0].digest.hex)),
            profile: ProfileReference(id: profile.id, version: profile.version),
            modelDigest: try #require(ContentDigest(hex: incumbent.manifest.weights.sha256.hex))
        )
        let series = SeriesPlan(
            series: SeriesUID(images.seriesInstanceUID),
            instanceCount: images.headers.count,
            decision: .jobs([plan])
        )
        return try #require(try await ledger.plan(series)?.first)
    }

    /// Boxes of liver and spleen on every slice.
    private static func source(_ images: ImageSeries) throws -> AnnotationRequest.Source {
        let frames = try #require(images.volume).frames
        let segments = [("Liver", "10200004", [3, 3, 12, 14]), ("Spleen", "78961009", [12, 6, 20, 15])].map {
            label,
            code,
            box in
            let prompts = frames.map {
                #"{"sop": "\#($0.sopInstanceUID)", "frame": \#($0.frameNumber ?? 1), "box": \#(box)}"#
            }
            return #"{"label": "\#(label)", "category": ["123037004", "SCT", "Anatomical Structure"], "#
                + #""type": ["\#(code)", "SCT", "\#(label)"], "window": [-160, 240], "prompts": ["#
                + prompts.joined(separator: ", ") + "]}"
        }
        let json = Array(#"{"segments": [\#(segments.joined(separator: ", "))]}"#.utf8)
        return .prompts(try PromptFile(json: json), digest: SHA256Digest(of: json))
    }

    /// Puts a correction on record whose file is the result's own: what it says of the pixels is what counts here.
    private func correct(
        _ job: JobID,
        _ liver: CorrectionSegment.Status,
        _ spleen: CorrectionSegment.Status
    ) async throws {
        let file = try #require(try await ledger.job(job)?.result?.segmentation)
        let bytes = try ReadOnlyFile(site.folders.annotated.appending(file.path)).readAll()
        let path = "corrections/\(job.rawValue).dcm"
        try AtomicFile.createFolder(site.folders.store.appending("corrections"))
        try AtomicFile.write(bytes, to: site.folders.store.appending(path))
        let submission = CorrectionSubmission(
            intent: .correct,
            digest: file.digest,
            size: Int64(bytes.count),
            storePath: path,
            submittedBy: "bert"
        )
        let received = try await ledger.receive(submission).correction
        let segments = [(1, "Liver", "10200004", liver), (2, "Spleen", "78961009", spleen)].map {
            number,
            label,
            code,
            status in
            CorrectionSegment(
                numbers: (status == .missing ? nil : number, status == .added ? nil : number),
                label: label,
                codes: (
                    .init(value: "123037004", scheme: "SCT", meaning: "Anatomical Structure"),
                    .init(value: code, scheme: "SCT", meaning: label), []
                ),
                status: status,
                match: .code
            )
        }
        let content = CorrectionContent(sopInstanceUID: file.sopInstanceUID, author: "bert")
        let finding = CorrectionFinding(.counts(job, segments: segments), content: content)
        _ = try await ledger.settle(received.id, as: finding)
    }

    // MARK: - Runs

    func preparation(_ change: (inout TrainingSettings) -> Void = { _ in }) throws -> TrainingPreparation {
        var settings = try TrainingSettings(of: site, by: "anna")
        settings.steps = 2
        change(&settings)
        return TrainingPreparation(site: site, models: models, profiles: profiles, settings: settings)
    }

    /// A run that is ready to train.
    func prepare(_ change: (inout TrainingSettings) -> Void = { _ in }) async throws
        -> (run: TrainingFolder.Run, record: TrainingRunRecord, left: [String])
    {
        let preparation = try preparation(change)
        return try preparation.prepare(try await preparation.material(in: ledger))
    }

    func execution(
        _ run: TrainingFolder.Run,
        observe: @escaping (TrainingProgress) -> Void = { _ in },
        shouldStop: @escaping () -> Bool = { false }
    ) throws -> TrainingExecution {
        let options = try ProfileFolderOptions.parse(["--profiles", site.profiles.displayName])
        return TrainingExecution(
            site: site,
            models: models,
            priors: try CasePriors(options),
            run: run,
            isQuiet: true,
            checkpointSeconds: 0,
            shouldStop: shouldStop,
            observe: observe
        )
    }
}

/// A clock that stands still.
private struct StoppedClock: LedgerClock {
    func now() -> Timestamp { Timestamp(milliseconds: 1_767_225_600_000) }
}
