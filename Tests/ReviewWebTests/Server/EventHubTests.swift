import Foundation
import Ledger
import Logging
import NIOCore
import Synchronization
import Testing

@testable import ReviewWeb

@Suite("Event streams") struct EventHubTests {
    private static func hub(_ ledger: InMemoryLedger, _ pulses: [any ReviewPulse] = []) -> EventHub {
        EventHub(ledger: ledger, pulses: pulses, logger: Logger(label: "test") { _ in CapturedLog() })
    }

    /// What a stream has to say up to now.
    private static func heard(_ stream: AsyncStream<ByteBuffer>, _ count: Int) async -> String {
        var iterator = stream.makeAsyncIterator()
        var text = ""
        for _ in 0..<count { text += await iterator.next().map { String(buffer: $0) } ?? "(end)" }
        return text
    }

    @Test("Whoever listens hears which jobs changed, with the number by which they can come back")
    func changesAreTold() async throws {
        let ledger = InMemoryLedger()
        let hub = Self.hub(ledger)
        await hub.round()
        let stream = try await hub.listen(after: nil)
        let job = try await ledger.annotateJob("1")
        await hub.round()
        let last = try #require(try await ledger.lastEvent()).rawValue
        let text = await Self.heard(stream, 3)
        #expect(text.hasPrefix("retry: 2000\n\n"))
        #expect(text.contains("event: jobs\ndata: {\"jobs\":[\(job.rawValue)]}\n\n"))
        #expect(text.contains("id: \(last)\nevent: system\ndata: {}\n\n"))
    }

    @Test("Whoever comes back hears first what they missed")
    func missedEventsAreTold() async throws {
        let ledger = InMemoryLedger()
        let hub = Self.hub(ledger)
        let first = try await ledger.annotateJob("1")
        let seen = try #require(try await ledger.lastEvent())
        let second = try await ledger.annotateJob("2")
        await hub.round()
        let text = await Self.heard(try await hub.listen(after: seen), 2)
        #expect(text.contains("{\"jobs\":[\(second.rawValue)]}") && !text.contains("[\(first.rawValue)"))
    }

    @Test("Whoever missed too much is told to ask for everything")
    func tooMuchIsSaid() async throws {
        let ledger = InMemoryLedger()
        let job = try await ledger.annotateJob("1")
        for index in 1...1_100 {
            try await ledger.decide(job, index.isMultiple(of: 2) ? .accept : .reject("x"), by: "a")
        }
        let text = await Self.heard(try await Self.hub(ledger).listen(after: EventID(rawValue: 1)), 2)
        #expect(text.contains("\"all\":true"))
    }

    @Test("The ledger is asked once for a thousand who listen")
    func askingDoesNotGrow() async throws {
        let ledger = InMemoryLedger()
        let pulse = CountingPulse()
        let hub = Self.hub(ledger, [pulse])
        var streams: [AsyncStream<ByteBuffer>] = []
        for _ in 1...1_000 { streams.append(try await hub.listen(after: nil)) }
        #expect(hub.count == 1_000)
        await hub.round()
        #expect(pulse.asked == 1)
        let text = await Self.heard(streams[999], 2)
        #expect(text.contains("event: training\ndata: {\"step\":1}\n\n"))
    }

    @Test("A stream that nobody reads is ended instead of filling the memory; the others go on")
    func slowListenersAreEnded() async throws {
        let ledger = InMemoryLedger()
        let pulse = CountingPulse()
        let hub = Self.hub(ledger, [pulse])
        let slow = try await hub.listen(after: nil)
        for _ in 1...100 { await hub.round() }
        #expect(hub.count == 0)
        let rest = await Self.heard(slow, 65)
        #expect(rest.hasSuffix("(end)"))
    }

    @Test("Streams end when the service does, and a new one ends at once")
    func streamsEndWithTheService() async throws {
        let hub = Self.hub(InMemoryLedger())
        let stream = try await hub.listen(after: nil)
        hub.close()
        #expect(await Self.heard(stream, 2) == "retry: 2000\n\n(end)")
        #expect(await Self.heard(try await hub.listen(after: nil), 1) == "(end)")
        #expect(hub.count == 0)
    }

    @Test("A listener who goes is forgotten")
    func goneListenersAreForgotten() async throws {
        let hub = Self.hub(InMemoryLedger())
        do {
            let stream = try await hub.listen(after: nil)
            let task = Task { for await _ in stream {} }
            task.cancel()
            await task.value
        }
        #expect(hub.count == 0)
    }
}

/// Always has news, and counts how often it was asked.
private final class CountingPulse: ReviewPulse {
    private let count = Mutex(0)

    var asked: Int { count.withLock { $0 } }

    func signals() async -> [ReviewSignal] {
        count.withLock { $0 += 1 }
        return [ReviewSignal("training", data: "{\"step\":1}")]
    }
}
