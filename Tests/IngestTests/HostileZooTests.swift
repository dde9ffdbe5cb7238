import DurableFiles
import Foundation
import Ingest
import Ledger
import TestSupport
import Testing

/// The zoo of bad, odd and hostile files that `make_hostile.py` of the conformance tools wrote to `.cache/zoo`, taken in as one delivery.
@Suite struct HostileZooTests {
    private struct Outcome: Decodable, Hashable {
        let state: String
        let reason: String?
    }

    private struct Manifest: Decodable {
        struct File: Decodable {
            let group: String
            let expect: Set<Outcome>
            let path: String?
            let pathBytes: Data?

            enum CodingKeys: String, CodingKey {
                case group, expect, path
                case pathBytes = "path_b64"
            }

            var dropped: DroppedPath { DroppedPath(bytes: path.map { Array($0.utf8) } ?? Array(pathBytes ?? Data())) }
        }

        struct Count: Decodable {
            let state: String
            let reason: String?
            let count: Int
        }

        let files: [File]
        let counts: [String: [Count]]
    }

    @Test("Every file of the zoo ends in a state and with a reason that the rules allow")
    func everyFileEndsAsTheRulesSay() async throws {
        let zoo = SharedFiles.cache.appending(path: "zoo")
        let decoder = JSONDecoder()
        decoder.dataDecodingStrategy = .base64
        let manifest = try decoder.decode(
            Manifest.self,
            from: try Data(contentsOf: zoo.appending(path: "manifest.json"))
        )
        try await IngestBench.run { bench in
            bench.wrap = { _ in DirectoryDropFolder(RawPath(zoo.path)) }
            let report = try await bench.complete()
            #expect(manifest.files.count > 300)
            #expect(report.seen == manifest.files.count + 1)
            #expect(try await bench.tallies().values.reduce(0, +) == report.seen)

            var ends: [String: [Outcome: Int]] = [:]
            for file in manifest.files {
                let row = try #require(try await bench.ledger.file(at: file.dropped, in: "incoming"))
                let end = Outcome(state: row.outcome.state.rawValue, reason: row.outcome.reason)
                let name = RawPath(bytes: file.dropped.bytes).displayName
                #expect(file.expect.contains(end), "\(name): \(end.state) \(end.reason ?? "")")
                ends[file.group, default: [:]][end, default: 0] += 1
            }
            for (group, counts) in manifest.counts {
                for count in counts {
                    let end = Outcome(state: count.state, reason: count.reason)
                    #expect(ends[group]?[end] ?? 0 == count.count, "\(group): \(count.state) \(count.reason ?? "")")
                }
            }
            try await bench.checkCopies()
        }
    }
}
