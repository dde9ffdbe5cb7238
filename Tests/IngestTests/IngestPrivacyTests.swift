import Foundation
import Ingest
import Ledger
import Logging
import Synchronization
import Testing

/// Keeps every line that is logged.
private final class LogCollector: Sendable {
    let lines = Mutex<[String]>([])

    var logger: Logger {
        var logger = Logger(label: "test") { _ in Handler(collector: self) }
        logger.logLevel = .trace
        return logger
    }

    private struct Handler: LogHandler {
        let collector: LogCollector
        var metadata: Logger.Metadata = [:]
        var logLevel = Logger.Level.trace

        subscript(metadataKey key: String) -> Logger.Metadata.Value? {
            get { metadata[key] }
            set { metadata[key] = newValue }
        }

        func log(event: LogEvent) {
            collector.lines.withLock { $0.append("\(event.message) \(event.metadata ?? [:])") }
        }
    }
}

@Suite struct IngestPrivacyTests {
    @Test("Logs hold neither file names nor identities, whatever goes wrong")
    func logsHoldNoPatientData() async throws {
        let collector = LogCollector()
        try await IngestBench.run { bench in
            bench.logger = collector.logger
            bench.configuration.deletesAfterIngest = true
            let canary = "ZZCANARY"
            for number in 0..<3 {
                let slice = try SyntheticSlice(number).ofPatient(canary)
                try bench.drop(slice, as: "\(canary)/\(canary)^\(number).dcm")
            }
            try bench.drop(try SyntheticSlice(0).ofPatient(canary).withOtherPixels(), as: "\(canary)-conflict.dcm")
            try bench.drop(try SyntheticSlice(4).cut(to: 3000), as: "\(canary)-cut.dcm")
            let service = IngestService(try Ingestor(bench.surroundings, configuration: bench.configuration))
            let task = Task { try await service.run() }
            while try await bench.ledger.jobCounts().isEmpty { await Task.yield() }
            task.cancel()
            try await task.value
            try bench.drop(try SyntheticSlice(5), as: "\(canary)-other-patient.dcm")
            try await bench.complete()
            #expect(try await bench.tallies()["quarantined IDENTITY_CONFLICT"] == 4)

            let uids = try await bench.ledger.series(in: Set(SeriesState.allCases)).flatMap {
                [$0.uid.rawValue, $0.study.rawValue]
            }
            let log = collector.lines.withLock { $0.joined(separator: "\n") }
            #expect(log.contains("series planned"))
            #expect(log.contains("UID_CONFLICT"))
            #expect(uids.count == 2)
            for secret in uids + [canary, "Doe", bench.incoming.path] { #expect(!log.contains(secret)) }
        }
    }

    @Test("Log names depend on the site's salt and hide the UID")
    func logNamesAreSalted() {
        let name = LogIdentity(salt: "a").name("1.2.3")
        #expect(name.count == 12)
        #expect(name == LogIdentity(salt: "a").name("1.2.3"))
        #expect(name != LogIdentity(salt: "b").name("1.2.3"))
        #expect(name != LogIdentity(salt: "a").name("1.2.4"))
    }
}
