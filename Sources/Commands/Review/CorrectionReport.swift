import Corrections
import Ledger

/// One correction as reports show it.
struct CorrectionReport: Sendable, Codable {
    /// What it says of a segment.
    struct Segment: Sendable, Codable {
        let number: Int?
        let resultNumber: Int?
        let label: String
        let type: String?
        let status: String
        let match: String
        let dice: Double?
        let changedVoxels: Int?
    }

    let correction: Int64
    let intent: String
    let state: String
    let job: Int64?
    let series: String?
    let author: String
    let submittedBy: String
    let received: Int64
    let contentDate: String?
    let contentTime: String?
    let sopInstanceUID: String?
    let sha256: String
    let storePath: String
    let reason: String?
    let message: String?
    let supersededBy: Int64?
    let segments: [Segment]

    init(_ correction: Correction) {
        self.correction = correction.id.rawValue
        intent = correction.intent.rawValue
        state = correction.state.rawValue
        job = correction.job?.rawValue
        series = correction.series?.rawValue
        author = correction.author
        submittedBy = correction.submittedBy
        received = correction.received.milliseconds
        contentDate = correction.content?.contentDate
        contentTime = correction.content?.contentTime
        sopInstanceUID = correction.content?.sopInstanceUID.rawValue
        sha256 = correction.digest.hex
        storePath = correction.storePath
        reason = correction.reason?.code
        message = correction.reason?.message
        supersededBy = correction.supersededBy?.rawValue
        segments = correction.segments.map { segment in
            Segment(
                number: segment.number,
                resultNumber: segment.resultNumber,
                label: segment.label,
                type: segment.type.map { "\($0.scheme) \($0.value)" },
                status: segment.status.rawValue,
                match: segment.match.rawValue,
                dice: segment.dice,
                changedVoxels: segment.changedVoxels
            )
        }
    }
}
