import Ledger

/// One job as reports show it.
struct JobReport: Codable, Sendable {
    let job: Int64
    let state: String
    let series: String
    let profile: String
    let attempts: Int
    let reason: String?
    let message: String?
    let segmentation: String?
    let segmentationSHA256: String?
    let sopInstanceUID: String?
    let receipt: String?

    init(_ job: Job) {
        self.job = job.id.rawValue
        state = job.state.rawValue
        series = job.series.rawValue
        profile = "\(job.profile.id) \(job.profile.version)"
        attempts = job.attempts
        reason = job.reason?.code
        message = job.reason?.message
        segmentation = job.result?.segmentation?.path
        segmentationSHA256 = job.result?.segmentation?.digest.hex
        sopInstanceUID = job.result?.segmentation?.sopInstanceUID.rawValue
        receipt = job.result?.receiptPath
    }
}
