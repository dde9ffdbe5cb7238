import Foundation
import Ledger

/// A job as the worklist shows it.
struct WorklistItem: Encodable {
    struct Profile: Encodable {
        let id: String
        let title: String
        let version: String
    }

    struct Patient: Encodable {
        let name: String
        let id: String
        let birthDate: String
        let sex: String
    }

    struct Reason: Encodable {
        let code: String
        let text: String

        init(_ code: String, _ text: String?) {
            self.code = code
            self.text = text ?? code
        }
    }

    let job: Int64
    let study: Int64
    let state: String
    let profile: Profile
    let patient: Patient
    let accession: String
    let studyDate: String
    let studyDescription: String
    let seriesDescription: String
    let modality: String
    let slices: Int
    let received: Date
    let updated: Date
    let reasons: [Reason]
    @OrNull var instability: Double?
    let model: String
    @OrNull var reviewer: String?
    let conflict: Bool
    /// The job that took its place.
    @OrNull var supersededBy: Int64?
    let thumbnail: String

    init(_ row: WorklistRow, _ catalogue: any ReviewCatalogue) {
        let job = row.job
        let display = row.display
        self.job = job.id.rawValue
        study = row.study.rawValue
        state = job.state.rawValue
        profile = Profile(
            id: job.profile.id,
            title: catalogue.profileTitle(job.profile.id) ?? job.profile.id,
            version: job.profile.version
        )
        patient = Patient(
            name: display?.patientName.value ?? "",
            id: display?.patientID.value ?? "",
            birthDate: display?.birthDate.value ?? "",
            sex: display?.sex.value ?? ""
        )
        accession = display?.accession.value ?? ""
        studyDate = display?.studyDate.value ?? ""
        studyDescription = display?.studyDescription.value ?? ""
        seriesDescription = display?.seriesDescription.value ?? ""
        modality = row.modality
        slices = row.instanceCount
        received = row.received.date
        updated = job.updated.date
        reasons = Self.reasons(job)
        instability = job.result?.instability
        model = catalogue.modelName(job.modelDigest) ?? String(job.modelDigest.hex.prefix(12))
        reviewer = job.review?.reviewer
        conflict = job.isConflict
        supersededBy = job.supersededBy?.rawValue
        thumbnail = "/api/jobs/\(job.id.rawValue)/thumbnail"
    }

    /// Why the job is worth a look, what weighs most first.
    private static func reasons(_ job: Job) -> [Reason] {
        var reasons: [Reason] = []
        if job.isConflict { reasons.append(Reason("CONFLICT", "corrections contradict each other")) }
        switch job.state {
        case .needsPrompt: reasons.append(Reason("NEEDS_PROMPT", job.reason?.message ?? job.reason?.code))
        case .failed: reasons.append(Reason("FAILED", job.reason?.message ?? job.reason?.code))
        default: break
        }
        return reasons + (job.summary?.reasons ?? []).map { Reason($0.code, $0.message) }
    }
}

extension Timestamp {
    /// The same moment.
    var date: Date { Date(timeIntervalSince1970: Double(milliseconds) / 1_000) }
}
