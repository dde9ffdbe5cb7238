import DurableFiles
import Foundation
import Ledger
import Testing

/// Puts jobs into a ledger as ingest and workers would.
extension InMemoryLedger {
    static func digest(_ name: String) -> ContentDigest {
        guard let digest = ContentDigest(hex: SHA256Digest(of: Array(name.utf8)).hex) else {
            preconditionFailure("SHA-256 has 64 digits")
        }
        return digest
    }

    /// A queued job of a series of its own in a study of its own.
    @discardableResult
    func queueJob(_ name: String, profile: String = "liver", study: String? = nil) async throws -> Job {
        let study = StudyUID("1.2.\(study ?? name)")
        let series = SeriesUID("1.2.\(name).1")
        let sighting = FileSighting(
            path: DroppedPath("\(name).dcm"),
            fingerprint: FileFingerprint(size: 1, modified: 1, inode: 1)
        )
        let file = try #require(try await record([sighting], in: "incoming").first)
        let identity = InstanceIdentity(
            sopClassUID: "1.2.840.10008.5.1.4.1.1.2",
            sopInstanceUID: InstanceUID("1.2.\(name).1.1"),
            seriesUID: series,
            studyUID: study,
            patientIdentity: study.rawValue,
            modality: "CT"
        )
        let candidate = InstanceCandidate(
            file: file.id,
            identity: identity,
            digest: Self.digest(name),
            size: 1,
            storePath: "\(name).dcm",
            flags: [],
            header: []
        )
        _ = try await admit([candidate])
        let plan = JobPlan(
            instances: [identity.sopInstanceUID],
            setDigest: Self.digest(name),
            profile: ProfileReference(id: profile, version: "1"),
            modelDigest: Self.digest("model")
        )
        let jobs = try await self.plan(SeriesPlan(series: series, instanceCount: 1, decision: .jobs([plan])))
        return try #require(jobs?.first)
    }

    /// A job with a result.
    @discardableResult
    func annotateJob(_ name: String, instability: Double? = 0.25, profile: String = "liver") async throws -> JobID {
        let job = try await queueJob(name, profile: profile)
        let leased = try #require(try await claimNext(by: WorkerID("w"), leaseFor: .seconds(60)))
        try #require(leased.job.id == job.id, "nothing else waits")
        let file = SegmentationFile(
            path: "\(name)/segmentation.dcm",
            digest: Self.digest("seg \(name)"),
            sopInstanceUID: InstanceUID("2.25.\(name)")
        )
        let result = JobResult(segmentation: file, receiptPath: "\(name)/receipt.json", instability: instability)
        try #require(try await publish(result, under: leased.lease))
        return job.id
    }

    /// A correction that counts.
    @discardableResult
    func correct(_ job: JobID, by author: String, mask: String) async throws -> CorrectionID {
        let submission = CorrectionSubmission(
            intent: .correct,
            digest: Self.digest("\(author) \(mask)"),
            size: 1,
            storePath: "c",
            submittedBy: author,
            work: ReviewWork(
                seconds: 30,
                effort: [SegmentEffort(key: "liver/liver", dice: 0.9, surfaceMM: 1, addedPathMM: 20)]
            )
        )
        let receipt = try await receive(submission)
        let segment = CorrectionSegment(
            numbers: (1, 1),
            label: "Liver",
            status: .edited,
            match: .trackingUID,
            comparison: (0.9, 12),
            maskDigest: Self.digest(mask)
        )
        let content = CorrectionContent(
            sopInstanceUID: InstanceUID("2.25.9\(receipt.correction.id.rawValue)"),
            author: author
        )
        return try await settle(
            receipt.correction.id,
            as: CorrectionFinding(.counts(job, segments: [segment]), content: content)
        ).id
    }

    /// What the worklist shows of a job's series.
    func describe(_ name: String, patient: String, id: String = "", accession: String = "") async throws {
        try await describe([
            SeriesDisplay(
                series: SeriesUID("1.2.\(name).1"),
                patientName: patient,
                patient: (id, "1970-01-02", "F"),
                study: (accession, "2026-01-02", "Abdomen"),
                seriesDescription: "axial",
                searchText: "\(patient)\n\(id)\n\(accession)".lowercased()
            )
        ])
    }
}
