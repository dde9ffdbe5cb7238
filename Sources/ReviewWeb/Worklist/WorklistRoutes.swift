import Foundation
import Hummingbird
import Ledger

/// What waits for a person, and everything else that was annotated.
package struct WorklistRoutes: ReviewRoutes {
    private let ledger: any LedgerQueries
    private let catalogue: any ReviewCatalogue
    private let audit: any ReviewAudit
    private let tallies: WorklistTallies

    private static let largestPage = 200
    private static let longestSearch = 256

    /// The worklist of a ledger.
    package init(ledger: any LedgerQueries, catalogue: any ReviewCatalogue, audit: any ReviewAudit) {
        self.ledger = ledger
        self.catalogue = catalogue
        self.audit = audit
        tallies = WorklistTallies(ledger)
    }

    private struct Page: Encodable {
        let items: [WorklistItem]
        @OrNull var next: String?
        let counts: [String: Int]
    }

    package func add(to group: ReviewGroup) {
        group.get("worklist", use: page)
    }

    private func page(_ request: Request, _ context: ReviewContext) async throws -> JSONAnswer<Page> {
        let parameters = request.uri.queryParameters
        var query = WorklistQuery(try Self.selection(parameters.get("state") ?? "open"))
        query.limit = try request.queryNumber("limit", in: 1...Self.largestPage, default: 50)
        query.profile = parameters.get("profile").flatMap { $0.isEmpty ? nil : $0 }
        query.search = try Self.search(request)
        if let cursor = parameters.get("cursor"), !cursor.isEmpty {
            guard let after = WorklistPosition(cursor: cursor) else {
                throw ReviewError.badRequest("that is no cursor")
            }
            query.after = after
        }
        if query.search != nil, query.after == nil {
            let user = try context.user(.viewer)
            try await audit.note(AuditEntry(.search, by: user.name, from: context.address))
        }
        let rows = try await ledger.worklist(query)
        let next = rows.count == query.limit ? rows.last.map { WorklistPosition(rank: $0.rank, job: $0.job.id) } : nil
        return JSONAnswer(
            Page(
                items: rows.map { WorklistItem($0, catalogue) },
                next: next?.cursor,
                counts: Self.counts(try await tallies.counts())
            )
        )
    }

    private static func selection(_ name: String) throws(ReviewError) -> WorklistSelection {
        switch name {
        case "open": return .open
        case "all": return .all
        default:
            guard let state = JobState(rawValue: name) else { throw .badRequest("there is no such state") }
            return state == .annotated || state == .needsPrompt ? .waiting(state) : .state(state)
        }
    }

    /// What is searched for may be a name, so it comes in a header: addresses end up in logs.
    private static func search(_ request: Request) throws(ReviewError) -> WorklistSearch? {
        guard request.uri.queryParameters["search"] == nil else {
            throw .badRequest("what is searched for belongs into the header X-Search, not into the address")
        }
        guard let field = request.headers[named: "X-Search"] else { return nil }
        guard let text = field.removingPercentEncoding, text.utf8.count <= longestSearch else {
            throw .badRequest("the search has at most \(longestSearch) bytes, percent-encoded")
        }
        return WorklistSearch(typed: text)
    }

    private static func counts(_ counts: WorklistCounts) -> [String: Int] {
        var named = Dictionary(uniqueKeysWithValues: JobState.allCases.map { ($0.rawValue, counts.states[$0] ?? 0) })
        named["open"] = counts.open
        named["conflict"] = counts.conflicts
        named["all"] = counts.states.values.reduce(0, +)
        return named
    }
}

extension WorklistPosition {
    /// The position as the page hands it back: the bits of the rank and the job's number.
    var cursor: String { "\(String(rank.bitPattern, radix: 16))-\(job.rawValue)" }

    init?(cursor: String) {
        let parts = cursor.split(separator: "-", omittingEmptySubsequences: false)
        guard parts.count == 2, let bits = UInt64(parts[0], radix: 16), let job = Int64(parts[1]) else { return nil }
        let rank = Double(bitPattern: bits)
        guard rank.isFinite else { return nil }
        self.init(rank: rank, job: JobID(rawValue: job))
    }
}
