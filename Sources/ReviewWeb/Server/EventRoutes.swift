import HTTPTypes
import Hummingbird
import Ledger
import NIOCore

/// The stream by which a page hears what changes.
struct EventRoutes: ReviewRoutes {
    let hub: EventHub
    let authentication: Authentication

    /// After this a listener has to show again who they are; browsers come back by themselves.
    private static let longest = Duration.seconds(3_600)

    func add(to group: ReviewGroup) {
        group.get("events", use: events)
    }

    private func events(_ request: Request, _ context: ReviewContext) async throws -> Response {
        let last = request.headers[named: "Last-Event-ID"].flatMap { Int64($0) }.map { EventID(rawValue: $0) }
        let stream = try await hub.listen(after: last)
        let visitor = try authentication.visitor(request, prolonging: false)
        let end = ContinuousClock.now + Self.longest
        return Response(
            status: .ok,
            headers: [.contentType: "text/event-stream", .cacheControl: "no-store"],
            body: ResponseBody { writer in
                try await request.body.consumeWithCancellationOnInboundClose { _ in
                    for await message in stream {
                        // Listening keeps no session alive: the heartbeat finds one that has ended, a token that was
                        // withdrawn, and a role that is another now.
                        guard try authentication.visitor(request, prolonging: false) == visitor else { break }
                        if ContinuousClock.now > end { break }
                        try await writer.write(message)
                    }
                }
                try await writer.finish(nil)
            }
        )
    }
}
