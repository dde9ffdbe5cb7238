import DICOMFiles
import DurableFiles
import Foundation
import Hummingbird
import Ledger

/// What is held, why, and what can be done.
package struct QuarantineRoutes: ReviewRoutes {
    private let ledger: any LedgerQueries
    private let deeds: any ReviewDeeds
    private let audit: any ReviewAudit

    private static let largestPage = 200

    /// What a ledger holds.
    package init(ledger: any LedgerQueries, deeds: any ReviewDeeds, audit: any ReviewAudit) {
        self.ledger = ledger
        self.deeds = deeds
        self.audit = audit
    }

    private enum Kind: String, Codable {
        case file
        case study
        case correction
    }

    private struct Item: Encodable {
        let kind: Kind
        /// To be named when it is released.
        let id: Int64
        @OrNull var file: Int64?
        @OrNull var correction: Int64?
        /// The number of the study, where it is known.
        @OrNull var study: Int64?
        /// Whether the whole study is held: then it is released by any of its files, as `study`.
        var isStudyHeld = false
        let reason: String
        let message: String
        let remedy: String
        let seen: Date
        /// The last component of the file's name. Hospitals put names of patients there: shown here, never logged.
        @OrNull var name: String?
        /// Who handed a correction in.
        @OrNull var author: String?
        @OrNull var job: Int64?
    }

    private struct Page: Encodable {
        let items: [Item]
        @OrNull var next: String?
    }

    private struct Release: Decodable {
        let kind: Kind
        let id: Int64
        let byNumber: Bool?
    }

    package func add(to group: ReviewGroup) {
        group.get("quarantine", use: page)
        group.post("quarantine/release", .admin, use: release)
    }

    private func page(_ request: Request, _ context: ReviewContext) async throws -> JSONAnswer<Page> {
        let limit = try request.queryNumber("limit", in: 1...Self.largestPage, default: 50)
        let before = try request.queryNumber("cursor", in: 1...Int.max, default: .max)
        let files = try await ledger.quarantine(before: FileID(rawValue: Int64(before)), limit: limit)
        var items: [Item] = []
        if before == .max {
            // There are few of these: they stand in front of the first page.
            let held = try await ledger.corrections(CorrectionFilter(states: [.held])).suffix(Self.largestPage)
            for correction in held.reversed() { items.append(try await item(correction)) }
        }
        for file in files { items.append(try await item(file)) }
        let next = files.count == limit ? files.last.map { String($0.id.rawValue) } : nil
        return JSONAnswer(Page(items: items, next: next))
    }

    private func item(_ file: DroppedFile) async throws -> Item {
        let code = file.outcome.reason ?? ""
        let study = try await file.studyUID.asyncMap { try await ledger.study($0) }
        return Item(
            kind: .file,
            id: file.id.rawValue,
            file: file.id.rawValue,
            study: try await file.studyUID.asyncMap { try await ledger.studyNumber($0) }??.rawValue,
            isStudyHeld: study??.state == .held,
            reason: code,
            message: file.outcome.message ?? "",
            remedy: ReasonCode(rawValue: code)?.remedy ?? "",
            seen: file.firstSeen.date,
            name: RawPath(bytes: file.path.bytes).lastComponent.displayName
        )
    }

    private func item(_ correction: Correction) async throws -> Item {
        let name = try await correction.file.asyncMap { try await ledger.file($0) }??.path
        return Item(
            kind: .correction,
            id: correction.id.rawValue,
            correction: correction.id.rawValue,
            reason: correction.reason?.code ?? "",
            message: correction.reason?.message ?? "",
            remedy: "Mend the cause and release it, or hand in another one.",
            seen: correction.received.date,
            name: name.map { RawPath(bytes: $0.bytes).lastComponent.displayName },
            author: correction.author,
            job: correction.job?.rawValue
        )
    }

    private struct Answer: Encodable {
        let message: String
    }

    private func release(_ request: Request, _ context: ReviewContext) async throws -> JSONAnswer<Answer> {
        let user = try context.user(.admin)
        let wanted = try await request.json(as: Release.self)
        let deed: ReviewDeed =
            switch wanted.kind {
            case .file: .releaseFile(FileID(rawValue: wanted.id))
            case .study: .releaseStudy(of: FileID(rawValue: wanted.id))
            case .correction:
                .releaseCorrection(CorrectionID(rawValue: wanted.id), matchingByNumber: wanted.byNumber ?? false)
            }
        let detail = "\(wanted.kind.rawValue) \(wanted.id)"
        try await audit.note(AuditEntry(.release, by: user.name, from: context.address, detail: detail))
        return JSONAnswer(Answer(message: try await deeds.perform(deed, by: user, work: .unknown)))
    }
}

extension Optional {
    /// `map` with a body that waits.
    fileprivate func asyncMap<Value>(_ body: (Wrapped) async throws -> Value) async rethrows -> Value? {
        guard let self else { return nil }
        return try await body(self)
    }
}
