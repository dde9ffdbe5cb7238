import DICOMFiles
import DICOMSegmentation
import DurableFiles
import Evaluation
import Foundation
import Pipeline
import Profiles
import TestSupport

/// A synthetic series in a folder of its own, with a SEG that counts as true, and a manifest that names both.
struct ReviewedSeries {
    struct Unprepared: Error {}

    let root: RawPath
    let series: AnnotatedSeries
    let reviewed: ReviewedCase
    let manifest: CaseManifest

    /// Draws the truth with a ``ThresholdNetwork`` from the phantom's boxes.
    init(_ name: String, in folder: URL) throws {
        let root = RawPath(folder.path).appending("root")
        let series = try AnnotatedSeries(name)
        (self.root, self.series) = (root, series)
        try AtomicFile.createFolder(root.appending("images"))
        let instances = try series.series.headers.map { header in
            let path = "images/\(header.path.lastComponent.displayName)"
            try AtomicFile.write(try ReadOnlyFile(header.path).readAll(), to: root.appending(path))
            return ReviewedCase.Instance(path: path, sha256: header.digest)
        }
        let drawn = try Self.draw(series, below: RawPath(folder.path).appending("drawn"))
        let bytes = try ReadOnlyFile(drawn).readAll()
        try AtomicFile.write(bytes, to: root.appending("truth.dcm"))
        let truth = try SegmentationReader.read(bytes: bytes)
        let numbers = truth.segments.map(\.number)
        guard numbers.count == 2 else { throw Unprepared() }
        reviewed = ReviewedCase(
            .init(
                id: "case-1",
                studyInstanceUID: series.series.studyInstanceUID,
                seriesInstanceUID: series.series.seriesInstanceUID,
                patient: "key",
                profile: .init(id: "ct-abdomen", version: "1"),
                scanner: .init(manufacturer: "Maker", model: "Model")
            ),
            instances: instances,
            truth: .init(
                path: "truth.dcm",
                sha256: SHA256Digest(of: bytes),
                sopInstanceUID: truth.sopInstanceUID
            ),
            verdict: .corrected,
            review: .init(reviewer: "r1", time: "2026-01-02T03:04:05Z"),
            segments: [
                .init(id: "liver", number: numbers[0], change: .edited),
                .init(id: "spleen", number: numbers[1], change: .added),
            ],
            role: .test
        )
        manifest = try Self.manifest(reviewed)
    }

    static func manifest(_ reviewed: ReviewedCase) throws -> CaseManifest {
        try CaseManifest(cases: [reviewed], seed: 5, rules: [], program: "1.0.0", created: "2026-01-02T03:04:05Z")
    }

    func evaluator(_ other: CaseManifest? = nil) throws -> CaseEvaluator {
        let set = try ProfileSet.load(RawPath(SharedFiles.repository.appending(path: "profiles").path))
        guard let profile = set.profile(id: "ct-abdomen") else { throw Unprepared() }
        return CaseEvaluator(
            manifest: other ?? manifest,
            root: root,
            folder: root.parent.appending("run"),
            program: AnnotatedSeries.program
        ) { _ in CaseEvaluator.Prior(profile: profile, atlases: []) }
    }

    private static func draw(_ series: AnnotatedSeries, below output: RawPath) throws -> RawPath {
        let request = series.request(try series.prompts())
        guard case .annotated(let result) = try AnnotationPipeline(output: output).run(request) else {
            throw Unprepared()
        }
        return output.appending(result.folder).appending(AnnotationResult.FileName.segmentation)
    }
}
