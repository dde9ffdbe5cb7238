import DICOMFiles
import DICOMSegmentation
import DurableFiles
import Evaluation
import Foundation
import Geometry
import Pipeline
import Profiles
import TestSupport
import Testing
import Training

@Suite("Automatic boxes against reviewed masks")
struct BoxErrorSurveyTests {
    private struct Place {
        let reviewed: ReviewedSeries
        let profile: Profile
        let loaded: LoadedCase

        init(_ folder: URL) throws {
            reviewed = try ReviewedSeries("odd23x38", in: folder)
            let set = try ProfileSet.load(RawPath(SharedFiles.repository.appending(path: "profiles").path))
            profile = try #require(set.profile(id: "ct-abdomen"))
            loaded = try LoadedCase(reviewed.reviewed, root: reviewed.root, profile: profile)
        }

        /// The receipt of what was drawn, with boxes that miss by known distances on every slice but the first.
        func receipt() throws -> [String: Any] {
            let drawn = reviewed.root.parent.appending("drawn")
            let file = try FolderScan.files(below: drawn).first {
                $0.name.lastComponent.displayName == AnnotationResult.FileName.receipt
            }
            let bytes = try ReadOnlyFile(drawn.appending(try #require(file).name)).readAll()
            var receipt = try #require(JSONSerialization.jsonObject(with: Data(bytes)) as? [String: Any])
            receipt["profile"] = ["id": "ct-abdomen", "version": "1", "sha256": SHA256Digest(of: [1]).hex]
            var segments = try #require(receipt["segments"] as? [[String: Any]])
            for (index, structure) in loaded.structures.enumerated() {
                segments[index]["trackingID"] = loaded.name(of: structure)
                segments[index]["boxes"] = boxes(of: structure)
            }
            receipt["segments"] = segments
            return receipt
        }

        private func boxes(of structure: LoadedCase.Structure) -> [[String: Any]] {
            let volume = loaded.volume
            let tight = structure.tightBoxes(columns: volume.columns, rows: volume.rows).sorted { $0.key < $1.key }
            return tight.dropFirst().map { slice, box in
                let sides: [Double] = [box.x0 - 2, box.y0 + 1, box.x1 + 3, box.y1]
                var entry: [String: Any] = ["sop": volume.frames[slice].sopInstanceUID, "box": sides]
                entry["frame"] = volume.frames[slice].frameNumber
                entry["predictedIoU"] = 1
                entry["pixels"] = 1
                return entry
            }
        }

        func survey(
            _ receipt: [String: Any],
            role: ReviewedCase.Role = .train,
            changed: Bool = false
        ) throws -> BoxErrorSurvey {
            let bytes = Array(try JSONSerialization.data(withJSONObject: receipt))
            try AtomicFile.write(bytes, to: reviewed.root.appending("receipt.json"))
            var one = reviewed.reviewed
            one.role = role
            one.receipt = .init(path: "receipt.json", sha256: SHA256Digest(of: changed ? [] : bytes))
            return try BoxErrorSurvey(ReviewedSeries.manifest(one), root: reviewed.root) { _ in profile }
        }
    }

    @Test("each side's distance counts, outward above 0, in pixels at 256; a slice without a box does not")
    func whenBoxesMiss_thenTheDistancesAreMeasured() throws {
        try withTemporaryFolder { folder in
            let place = try Place(folder)
            let samples = try place.survey(try place.receipt()).samples
            let slices = place.loaded.structures.map { $0.mask.frames.count { $0 != nil } }
            #expect(samples.count == slices.reduce(0) { $0 + $1 - 1 } && !samples.isEmpty)
            let scale = 256.0 / 38
            for sample in samples {
                #expect(sample.patientKey == "key")
                for (found, expected) in zip(sample.outward, [2.0, -1, 3, 0]) {
                    #expect(abs(found - expected * scale) < 1e-9)
                }
            }
            #expect(Set(samples.map(\.segment)) == ["ct-abdomen/liver", "ct-abdomen/spleen"])
        }
    }

    @Test("cases that judge or say when to stop are not measured", arguments: [ReviewedCase.Role.test, .validation])
    func whenACaseIsNotLearntFrom_thenItIsNotOpened(role: ReviewedCase.Role) throws {
        try withTemporaryFolder { folder in
            let place = try Place(folder)
            // The digest is wrong: whoever opens the receipt fails.
            #expect(try place.survey(try place.receipt(), role: role, changed: true).samples.isEmpty)
        }
    }

    @Test("boxes that a person gave say nothing of the atlas")
    func whenBoxesCameFromAPerson_thenTheyDoNotCount() throws {
        try withTemporaryFolder { folder in
            let place = try Place(folder)
            var receipt = try place.receipt()
            receipt["profile"] = nil
            #expect(try place.survey(receipt).samples.isEmpty)
        }
    }

    @Test("a receipt that is not the frozen one, or of another series, is refused")
    func whenTheReceiptIsAnother_thenNothingIsMeasured() throws {
        try withTemporaryFolder { folder in
            let place = try Place(folder)
            #expect(throws: CaseManifestError.self) { try place.survey(try place.receipt(), changed: true) }
            var receipt = try place.receipt()
            var series = try #require(receipt["series"] as? [String: Any])
            series["seriesInstanceUID"] = "1.2.3"
            receipt["series"] = series
            #expect(throws: CaseManifestError.self) { try place.survey(receipt) }
        }
    }

    @Test("a manifest proves the receipt with every other file")
    func whenTheReceiptChanges_thenTheManifestIsNotTaken() throws {
        try withTemporaryFolder { folder in
            let place = try Place(folder)
            var one = place.reviewed.reviewed
            try AtomicFile.write([1], to: place.reviewed.root.appending("receipt.json"))
            one.receipt = .init(path: "receipt.json", sha256: SHA256Digest(of: [2]))
            let manifest = try ReviewedSeries.manifest(one)
            #expect(throws: CaseManifestError.self) { try manifest.verifyFiles(root: place.reviewed.root) }
            one.receipt = .init(path: "../receipt.json", sha256: SHA256Digest(of: [1]))
            #expect(throws: CaseManifestError.self) { try ReviewedSeries.manifest(one) }
        }
    }
}
