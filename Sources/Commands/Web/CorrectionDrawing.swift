import DICOMFiles
import DICOMSegmentation
import DurableFiles
import Evaluation
import Foundation
import Ledger
import Pipeline
import Profiles
import ReviewWeb

/// The segmentation that a person's masks become.
struct CorrectionDrawing: Sendable {
    /// What it is made for.
    struct Subject: Sendable {
        let job: Job
        /// The volume's, in the order of the plan.
        let instances: [Instance]
        /// The program's own segmentation, where there is one.
        let result: PlacedSegmentation?
        /// The masks that the person began with.
        let base: [JobMasks.Keyed]
        /// The segmentation that they stand in.
        let predecessor: SourceReference?
        /// `nil` where this version of it is not there any more.
        let profile: Profile?
        let user: String
    }

    private let subject: Subject
    private let volume: ImageVolume
    private let members: [CorrectedSegments.Member]
    private var request: SegmentationRequest

    /// Reads the images' headers from the store, which must be as they were stored, and puts everything together.
    init(_ draft: CorrectionDraft, _ subject: Subject, store: RawPath, results: RawPath) throws {
        let series = try ImageSeries(subject.instances, in: store)
        guard let volume = series.volume else { throw AnnotationError.noVolume(series.problem ?? .badGeometry) }
        let model = ModelName(subject.job, results: results)
        let segments = CorrectedSegments(
            grid: (volume.count, volume.rows, volume.columns),
            result: subject.result,
            base: subject.base,
            profile: subject.profile,
            model: (model.name, ProgramVersion.number)
        )
        let members = try segments.members(draft)
        guard !members.isEmpty else { throw ReviewError.unusableDraft("there is no segment to be saved") }
        self.subject = subject
        self.volume = volume
        self.members = members
        request = try Self.request(members, subject, series, volume, model)
    }

    private static func request(
        _ members: [CorrectedSegments.Member],
        _ subject: Subject,
        _ series: ImageSeries,
        _ volume: ImageVolume,
        _ model: ModelName
    ) throws -> SegmentationRequest {
        let job = subject.job
        let output = subject.profile?.output
        let description = "\(output?.seriesDescription ?? "Preread \(job.profile.id)"), corrected"
        var request = SegmentationRequest(
            source: series,
            volume: volume,
            segments: members.map { .init(description: $0.description, mask: $0.mask) },
            series: .init(number: output?.seriesNumber ?? 9_900, description: String(description.suffix(64))),
            content: .init(
                label: "CORRECTION",
                description: "Segmentation corrected by a person",
                creatorName: personName(subject.user)
            ),
            equipment: Equipment(
                manufacturer: "Preread",
                modelName: "Preread",
                deviceSerialNumber: "1",
                softwareVersions: [ProgramVersion.number, "\(model.name) \(model.digest.hex.prefix(12))"]
            ),
            provenance: .init(
                profileID: job.profile.id,
                profileVersion: job.profile.version,
                modelName: model.name,
                modelDigest: model.digest
            ),
            creation: .init(instant: Date(), timeZone: .current)
        )
        request.predecessor = subject.predecessor
        request.keepsEmptySegments = true
        return request
    }

    /// The name of a user as Person Name: one component alone would be the form of the standard of 1993.
    static func personName(_ user: String) -> String {
        let ascii = CorrectedSegments.ascii(user, limit: 60)?.replacingOccurrences(of: "=", with: "_") ?? "Reviewer"
        return ascii.contains("^") ? ascii : ascii + "^"
    }

    /// The file, and what checks it once it is written. Another revision of the same masks is another object.
    func encoded(revision: Int) throws -> (file: EncodedSegmentation, request: SegmentationRequest) {
        var request = request
        request.revision = revision
        guard case .encoded(let file) = try SegmentationBuilder.build(request) else {
            preconditionFailure("empty segments are kept")
        }
        return (file, request)
    }

    /// What the person changed of the program's masks.
    var effort: [EditEffort] {
        let grid = VoxelGrid(volume)
        return members.map { member in
            let common = zip(member.mask.frames, member.result.frames).reduce(0) { sum, frames in
                sum
                    + zip(frames.0?.packed ?? [], frames.1?.packed ?? []).reduce(0) {
                        $0 + ($1.0 & $1.1).nonzeroBitCount
                    }
            }
            let pixels = member.mask.pixelCount + member.result.pixelCount
            let isUnchanged = member.mask == member.result
            return EditEffort(
                key: member.key,
                dice: pixels == 0 ? 1 : 2 * Double(common) / Double(pixels),
                surfaceMM: isUnchanged
                    ? 0 : SurfaceAgreement(member.result, member.mask, grid: grid, tolerance: 1)?.meanDistance,
                addedPathMM: AddedPathLength.millimetres(from: member.result, to: member.mask, grid: grid)
            )
        }
    }
}

/// The model behind a job.
private struct ModelName {
    let name: String
    let digest: SHA256Digest

    /// As the receipt names it; a job without one knows the weights alone.
    init(_ job: Job, results: RawPath) {
        let receipt = job.result.flatMap { result in
            (try? ReadOnlyFile(results.appending(result.receiptPath), subject: "receipt").readAll(limit: 64 << 20))
                .flatMap { try? JSONDecoder().decode(Receipt.self, from: Data($0)) }
        }
        name = receipt?.model.name ?? "model"
        guard let digest = SHA256Digest(hex: job.modelDigest.hex) else { preconditionFailure("SHA-256 has 64 digits") }
        self.digest = digest
    }
}
