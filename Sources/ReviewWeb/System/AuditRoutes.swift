import DurableFiles
import Hummingbird

/// The audit, for those who watch over it.
package struct AuditRoutes: ReviewRoutes {
    private let path: RawPath
    private let work = SerialWork("audit reader")

    private static let largestPage = 500

    /// The audit in a file.
    package init(_ path: RawPath) { self.path = path }

    private struct Page: Encodable {
        let items: [AuditRecord]
        @OrNull var next: String?
    }

    package func add(to group: ReviewGroup) {
        group.get("audit", .admin, use: page)
    }

    private func page(_ request: Request, _ context: ReviewContext) async throws -> JSONAnswer<Page> {
        let limit = try request.queryNumber("limit", in: 1...Self.largestPage, default: 100)
        let before = try request.queryNumber("cursor", in: 1...Int.max, default: .max)
        let path = path
        let page = try await work.run { try AuditPage(path, before: Int64(before), limit: limit) }
        return JSONAnswer(Page(items: page.records, next: page.next.map { String($0) }))
    }
}
