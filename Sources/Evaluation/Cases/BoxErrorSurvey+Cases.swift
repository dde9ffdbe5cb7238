import DICOMFiles
import DurableFiles
import Foundation
import Geometry
import Pipeline
import Profiles
import Training

extension BoxErrorSurvey {
    /// Measures how the automatic boxes of cases missed the masks that a person stands behind.
    ///
    /// Of every case that is learnt from, each slice counts on which both a box and the mask are there. Cases that judge or
    /// that say when to stop are not opened, nor are cases without a receipt or whose boxes a person gave.
    ///
    /// - Throws: ``CaseManifestError``, `DICOMFileError` and `SegmentationError` as ``LoadedCase`` does.
    public init(
        _ manifest: CaseManifest,
        root: RawPath,
        profiles: (ReviewedCase) throws -> Profile
    ) throws {
        self.init()
        for reviewed in manifest.cases(of: .train) + manifest.cases(of: .replay) where reviewed.receipt != nil {
            let loaded = try LoadedCase(reviewed, root: root, profile: try profiles(reviewed))
            add(try loaded.boxErrors(root: root))
        }
    }
}

extension LoadedCase {
    /// How the automatic boxes missed the case's masks; empty where no receipt was kept or a person gave the boxes.
    func boxErrors(root: RawPath) throws -> [BoxErrorSurvey.Sample] {
        guard let receipt = try receipt(root: root), receipt.profile != nil else { return [] }
        let scale = 256 / Double(max(volume.rows, volume.columns))
        return structures.flatMap { structure -> [BoxErrorSurvey.Sample] in
            let name = name(of: structure)
            let boxes = WrittenResult.boxes(of: receipt.segments.first { $0.trackingID == name }, on: volume)
            let tight = structure.tightBoxes(columns: volume.columns, rows: volume.rows)
            return tight.keys.sorted().compactMap { slice in
                guard let box = boxes[slice], let own = tight[slice] else { return nil }
                let error = BoxError(of: box, against: own)
                return BoxErrorSurvey.Sample(
                    segment: name,
                    patientKey: reviewed.patient,
                    outward: error.outward.map { $0 * scale }
                )
            }
        }
    }

    /// The receipt of the result that was reviewed, compared with its digest in the manifest.
    private func receipt(root: RawPath) throws -> Receipt? {
        guard let file = reviewed.receipt else { return nil }
        let bytes: [UInt8]
        do throws(FileError) {
            bytes = try ReadOnlyFile(root.appending(file.path), subject: "receipt").readAll(limit: 1 << 28)
        } catch {
            throw CaseManifestError.missing(id: reviewed.id, path: file.path, detail: error.description)
        }
        guard SHA256Digest(of: bytes) == file.sha256 else {
            throw CaseManifestError.changed(id: reviewed.id, path: file.path)
        }
        let receipt: Receipt
        do {
            receipt = try JSONDecoder().decode(Receipt.self, from: Data(bytes))
        } catch {
            throw CaseManifestError.contradiction(
                id: reviewed.id,
                detail: "its receipt is not what this version writes"
            )
        }
        guard receipt.series.seriesInstanceUID == reviewed.seriesInstanceUID else {
            throw CaseManifestError.contradiction(id: reviewed.id, detail: "its receipt is of another series")
        }
        return receipt
    }
}
