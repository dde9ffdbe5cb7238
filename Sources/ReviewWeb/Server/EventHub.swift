import Foundation
import Ledger
import Logging
import NIOCore
import ServiceLifecycle
import Synchronization

/// Something that the page is told without having asked, beside what the ledger's events say.
package struct ReviewSignal: Sendable, Hashable {
    /// The kind, for example `training`.
    package let kind: String
    /// One line of JSON.
    package let data: String

    package init(_ kind: String, data: String = "{}") {
        self.kind = kind
        self.data = data
    }
}

/// Looks for news outside of the ledger, once for all who listen.
package protocol ReviewPulse: Sendable {
    /// What is new since the last call.
    func signals() async -> [ReviewSignal]
}

/// Tells all open pages what changes. The ledger is asked by one task, however many listen.
package final class EventHub: Service {
    private let ledger: any LedgerQueries
    private let pulses: [any ReviewPulse]
    private let interval: Duration
    private let logger: Logger
    private let listeners = Mutex(Listeners())

    private struct Listeners {
        var last: EventID?
        var streams: [UInt64: AsyncStream<ByteBuffer>.Continuation] = [:]
        var next: UInt64 = 0
        var isClosed = false
    }

    /// Messages that a listener may be behind; whoever falls back further has to come again.
    private static let buffer = 64
    /// Events that are read at once.
    private static let page = 1_000
    private static let heartbeat = Duration.seconds(15)

    /// A hub that asks the ledger every `interval`.
    package init(
        ledger: any LedgerQueries,
        pulses: [any ReviewPulse] = [],
        interval: Duration = .seconds(1),
        logger: Logger
    ) {
        self.ledger = ledger
        self.pulses = pulses
        self.interval = interval
        self.logger = logger
    }

    /// Asks and tells until the group shuts down.
    package func run() async throws {
        await cancelWhenGracefulShutdown {
            var beat = ContinuousClock.now
            while !Task.isCancelled {
                await self.round()
                if ContinuousClock.now - beat >= Self.heartbeat {
                    beat = .now
                    self.send(ServerSentEvent.heartbeat)
                }
                try? await Task.sleep(for: self.interval)
            }
        }
    }

    /// Asks once and tells what is new.
    package func round() async {
        do {
            var after = listeners.withLock { $0.last }
            if after == nil { after = try await ledger.lastEvent() ?? EventID(rawValue: 0) }
            let events = try await ledger.events(after: after, limit: Self.page)
            listeners.withLock { $0.last = events.last?.id ?? after }
            for message in ServerSentEvent.messages(for: events) { send(message) }
        } catch {
            logger.warning("the ledger's events cannot be read now", metadata: ["error": "\(error)"])
        }
        for pulse in pulses {
            for signal in await pulse.signals() { send(ServerSentEvent(signal.kind, data: signal.data).bytes) }
        }
    }

    /// How many listen.
    package var count: Int { listeners.withLock { $0.streams.count } }

    /// A new listener, who hears first what happened after an event that they remember.
    func listen(after last: EventID?) async throws -> AsyncStream<ByteBuffer> {
        let (stream, continuation) = AsyncStream.makeStream(
            of: ByteBuffer.self,
            bufferingPolicy: .bufferingOldest(Self.buffer)
        )
        let id = listeners.withLock { listeners -> UInt64? in
            guard !listeners.isClosed else { return nil }
            listeners.next += 1
            listeners.streams[listeners.next] = continuation
            return listeners.next
        }
        guard let id else {
            continuation.finish()
            return stream
        }
        continuation.onTermination = { [weak self] _ in
            self?.listeners.withLock { _ = $0.streams.removeValue(forKey: id) }
        }
        continuation.yield(ServerSentEvent.hello)
        if let last {
            let missed = try await ledger.events(after: last, limit: Self.page)
            for message in ServerSentEvent.messages(for: missed, isCutOff: missed.count == Self.page) {
                continuation.yield(message)
            }
        }
        return stream
    }

    private func send(_ message: ByteBuffer) {
        let streams = listeners.withLock { Array($0.streams.values) }
        for stream in streams {
            if case .dropped = stream.yield(message) { stream.finish() }
        }
    }

    /// Ends all streams; no new ones begin.
    func close() {
        let streams = listeners.withLock { listeners in
            listeners.isClosed = true
            return Array(listeners.streams.values)
        }
        for stream in streams { stream.finish() }
    }
}
