import Foundation
import Ledger
import NIOCore

/// A message of an event stream (WHATWG HTML section 9.2, "Server-sent events").
struct ServerSentEvent {
    private let text: String

    init(_ kind: String, data: String, id: EventID? = nil) {
        precondition(!data.contains("\n"), "one line of data")
        text = (id.map { "id: \($0.rawValue)\n" } ?? "") + "event: \(kind)\ndata: \(data)\n\n"
    }

    var bytes: ByteBuffer { ByteBuffer(string: text) }

    /// Keeps proxies from closing a quiet stream, and shows whether anybody is still there.
    static let heartbeat = ByteBuffer(string: ":\n\n")

    /// Has a browser that lost the stream come again after two seconds.
    static let hello = ByteBuffer(string: "retry: 2000\n\n")

    private struct Jobs: Encodable {
        let jobs: [Int64]
        /// Too much happened: what is shown has to be asked for again.
        let all: Bool?
    }

    /// What events of the ledger are to the page: which jobs changed, and whether anything else did.
    static func messages(for events: [LedgerEvent], isCutOff: Bool = false) -> [ByteBuffer] {
        guard let last = events.last else { return [] }
        var jobs: Set<Int64> = []
        var isSystem = false
        for event in events {
            if case .job(let id) = event.subject { jobs.insert(id.rawValue) } else { isSystem = true }
        }
        var messages: [ByteBuffer] = []
        if !jobs.isEmpty || isCutOff {
            let body = Jobs(jobs: isCutOff ? [] : jobs.sorted(), all: isCutOff ? true : nil)
            let data = (try? JSONEncoder().encode(body)).map { String(decoding: $0, as: UTF8.self) }
            messages.append(ServerSentEvent("jobs", data: data ?? "{}", id: isSystem ? nil : last.id).bytes)
        }
        if isSystem { messages.append(ServerSentEvent("system", data: "{}", id: last.id).bytes) }
        return messages
    }
}
