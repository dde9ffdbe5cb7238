import DICOMSegmentation
import Foundation
import HTTPTypes
import Hummingbird
import Ledger

/// Masks of a job, where the atlas expected them, and what people hand in.
package struct MaskRoutes: ReviewRoutes {
    /// The largest draft: masks of a hundred structures with very rough edges are smaller.
    private static let largestDraft = 256 << 20

    private let masks: JobMasks
    private let saver: any CorrectionSaver
    private let audit: any ReviewAudit

    package init(_ masks: JobMasks, saver: any CorrectionSaver, audit: any ReviewAudit) {
        self.masks = masks
        self.saver = saver
        self.audit = audit
    }

    private struct Answer: Encodable {
        struct Segment: Encodable {
            let key: String
            let number: Int?
            let runs: Data
        }

        let segments: [Segment]
    }

    package func add(to group: ReviewGroup) {
        let (masks, saver, audit) = (masks, saver, audit)
        group.get("jobs/:job/masks") { request, context in
            guard let source = MaskSource(request.uri.queryParameters["source"].map(String.init) ?? "result") else {
                throw ReviewError.badRequest("source is 'result' or 'correction-NUMBER'")
            }
            let found = try await masks.masks(of: try context.job, source) ?? []
            return JSONAnswer(
                Answer(segments: found.map { .init(key: $0.key, number: $0.segment.number, runs: $0.segment.runs) })
            )
        }
        group.get("jobs/:job/priors") { _, context in
            let found = try await masks.priors(of: try context.job)
            return JSONAnswer(Answer(segments: found.map { .init(key: $0.key, number: nil, runs: $0.runs) }))
        }
        group.post("jobs/:job/corrections", .reviewer) { request, context in
            let user = try context.user(.reviewer)
            let job = try context.job
            let draft = try await request.json(as: CorrectionDraft.self, limit: Self.largestDraft)
            let saved = try await saver.save(draft, of: job, by: user)
            try await audit.note(
                AuditEntry(
                    .correction,
                    by: user.name,
                    from: context.address,
                    job: job.rawValue,
                    detail: "\(saved.correction)"
                )
            )
            return JSONAnswer(saved, status: .created)
        }
    }
}
