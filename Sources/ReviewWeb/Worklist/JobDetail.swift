import Foundation
import Ledger

/// Everything that the page shows of one job.
struct JobDetail: Encodable {
    struct Model: Encodable {
        let name: String
        let sha256: String
        @OrNull var precision: String?
    }

    struct Receipt: Encodable {
        let created: String
        let warnings: [String]
    }

    struct Verdict: Encodable {
        let verdict: String
        let by: String
        let time: Date
        @OrNull var detail: String?
        @OrNull var reason: String?
        let model: String
        @OrNull var seconds: Double?
        let effort: [SegmentEffort]
        let segments: [SegmentVerdict]
    }

    struct Correction: Encodable {
        struct Segment: Encodable {
            @OrNull var number: Int?
            @OrNull var resultNumber: Int?
            let label: String
            let status: String
            let match: String
            @OrNull var dice: Double?
            @OrNull var changedVoxels: Int?
        }

        let id: Int64
        let author: String
        let intent: String
        let state: String
        let received: Date
        @OrNull var settled: Date?
        @OrNull var reason: WorklistItem.Reason?
        @OrNull var supersededBy: Int64?
        let isUnchanged: Bool
        @OrNull var seconds: Double?
        let effort: [SegmentEffort]
        let segments: [Segment]
    }

    let item: WorklistItem
    /// `nil` where the images cannot be shown.
    let volume: (any Encodable)?
    let segments: [JobSegment]
    let model: Model
    let receipt: Receipt?
    let corrections: [Correction]
    let verdicts: [Verdict]
    let canDecide: Bool
    let siblings: [Int64]

    private enum Key: CodingKey {
        case volume
        case segments
        case model
        case receipt
        case corrections
        case verdicts
        case canDecide
        case siblings
    }

    /// The item's keys and those of the detail side by side; the detail's `model` takes the place of the item's.
    func encode(to encoder: any Encoder) throws {
        try item.encode(to: encoder)
        var container = encoder.container(keyedBy: Key.self)
        if let volume {
            try container.encode(volume, forKey: .volume)
        } else {
            try container.encodeNil(forKey: .volume)
        }
        try container.encode(segments, forKey: .segments)
        try container.encode(model, forKey: .model)
        try container.encode(receipt, forKey: .receipt)
        try container.encode(corrections, forKey: .corrections)
        try container.encode(verdicts, forKey: .verdicts)
        try container.encode(canDecide, forKey: .canDecide)
        try container.encode(siblings, forKey: .siblings)
    }
}

extension JobDetail.Verdict {
    init(_ verdict: Verdict) {
        self.verdict = verdict.verdict.rawValue
        by = verdict.reviewer
        time = verdict.time.date
        detail = verdict.detail
        reason = verdict.reason
        model = verdict.modelDigest.hex
        seconds = verdict.work.seconds
        effort = verdict.work.effort
        segments = verdict.work.segments
    }
}

extension JobDetail.Correction {
    init(_ correction: Correction) {
        id = correction.id.rawValue
        author = correction.author
        intent = correction.intent.rawValue
        state = correction.state.rawValue
        received = correction.received.date
        settled = correction.settled?.date
        reason = correction.reason.map { .init($0.code, $0.message) }
        supersededBy = correction.supersededBy?.rawValue
        isUnchanged = correction.isUnchanged
        seconds = correction.work.seconds
        effort = correction.work.effort
        segments = correction.segments.map { segment in
            Segment(
                number: segment.number,
                resultNumber: segment.resultNumber,
                label: segment.label,
                status: segment.status.rawValue,
                match: segment.match.rawValue,
                dice: segment.dice,
                changedVoxels: segment.changedVoxels
            )
        }
    }
}
