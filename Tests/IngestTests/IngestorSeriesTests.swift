import DICOMFiles
import DurableFiles
import Foundation
import Ingest
import Ledger
import LedgerSQLite
import TestSupport
import Testing

/// Finds no job for anything.
private struct NoPlanner: SeriesPlanner {
    func decision(for instances: [Instance]) async throws -> SeriesPlan.Decision {
        .unmatched(reason: "NO_PROFILE", message: "there are no profiles")
    }
}

@Suite struct IngestorSeriesTests {
    @Test("A series gets one job when its study has been quiet, and no second one")
    func quietSeriesGetOneJob() async throws {
        try await IngestBench.run { bench in
            for number in 0..<5 { try bench.drop(try SyntheticSlice(number), as: "\(number).dcm") }
            #expect(try await bench.settle().planned == 0)
            bench.clock.advance(by: .seconds(29))
            #expect(try await bench.round().planned == 0)
            bench.clock.advance(by: .seconds(1))
            let report = try await bench.round()
            #expect(report.planned == 1)
            for _ in 1...3 {
                bench.clock.advance(by: .seconds(60))
                #expect(try await bench.round().planned == 0)
            }
            let job = try #require(try await bench.ledger.jobs(JobFilter()).first)
            #expect(report.jobs == [job.id])
            #expect(try await bench.ledger.instances(of: job.id).count == 5)
            #expect(try await bench.ledger.jobCounts() == [.queued: 1])
        }
    }

    @Test("A slice that arrives while the study settles is part of the first job")
    func slicesInTimeBelongToTheFirstJob() async throws {
        try await IngestBench.run { bench in
            for number in 0..<5 {
                try bench.drop(try SyntheticSlice(number), as: "\(number).dcm")
                try await bench.settle()
                bench.clock.advance(by: .seconds(19))
                #expect(try await bench.round().planned == 0)
            }
            try await bench.complete()
            let jobs = try await bench.ledger.jobs(JobFilter())
            #expect(jobs.count == 1)
            #expect(try await bench.ledger.instances(of: try #require(jobs.first).id).count == 5)
        }
    }

    @Test("A late slice makes a new job that supersedes the first")
    func lateSlicesSupersede() async throws {
        try await IngestBench.run { bench in
            for number in 0..<4 { try bench.drop(try SyntheticSlice(number), as: "\(number).dcm") }
            try await bench.complete()
            try bench.drop(try SyntheticSlice(4), as: "4.dcm")
            try await bench.complete()
            let jobs = try await bench.ledger.jobs(JobFilter())
            #expect(jobs.map(\.state) == [.cancelled, .queued])
            #expect(jobs.first?.supersededBy == jobs.last?.id)
            #expect(try await bench.ledger.instances(of: try #require(jobs.last).id).count == 5)
        }
    }

    @Test("The order of delivery does not matter to the job")
    func orderDoesNotMatter() async throws {
        var keys: Set<JobKey> = []
        for order in [[0, 1, 2, 3], [3, 1, 0, 2], [2, 3, 1, 0]] {
            try await IngestBench.run { bench in
                for number in order {
                    try bench.drop(try SyntheticSlice(number), as: "\(number).dcm")
                    try await bench.settle()
                }
                try await bench.complete()
                keys.insert(try #require(try await bench.ledger.jobs(JobFilter()).first).key)
            }
        }
        #expect(keys.count == 1)
    }

    @Test("A series that matches nothing is on record with the reason")
    func unmatchedSeriesSayWhy() async throws {
        try await IngestBench.run { bench in
            bench.planner = NoPlanner()
            try bench.drop(try SyntheticSlice(0), as: "0.dcm")
            try await bench.complete()
            let series = try await bench.ledger.series(in: [.unmatched])
            #expect(series.map(\.reason) == ["NO_PROFILE"])
            #expect(try await bench.ledger.jobs(JobFilter()) == [])
        }
    }

    @Test("A restart at any moment goes on where the ledger stands")
    func restartsGoOn() async throws {
        for restartAfter in 1...6 {
            try await IngestBench.run { bench in
                var rounds = 0
                func step(_ duration: Duration) async throws {
                    try await bench.round()
                    rounds += 1
                    if rounds == restartAfter { bench.restart() }
                    bench.clock.advance(by: duration)
                }
                for number in 0..<3 { try bench.drop(try SyntheticSlice(number), as: "\(number).dcm") }
                try await step(.seconds(10))
                try await step(.seconds(10))
                try bench.drop(try SyntheticSlice(3), as: "3.dcm")
                try bench.drop(Data("x".utf8), as: "note.txt")
                for _ in 1...8 { try await step(.seconds(15)) }
                #expect(try await bench.tallies() == ["stored": 4, "ignored NOT_DICOM": 1], "restart \(restartAfter)")
                #expect(try await bench.ledger.jobCounts() == [.queued: 1], "restart \(restartAfter)")
                try await bench.checkCopies()
            }
        }
    }

    @Test("What a killed run left in staging is removed at the next start")
    func stagingIsSwept() async throws {
        try await IngestBench.run { bench in
            try await bench.round()
            let torn = bench.store.appending(path: "staging").appending(path: AtomicFile.temporaryPrefix + "torn")
            try Data("half".utf8).write(to: torn)
            bench.restart()
            try await bench.round()
            try await bench.checkCopies()
        }
    }

    @Test("With SQLite everything is there after the ledger is opened again")
    func sqliteKeepsEverything() async throws {
        try await withTemporaryFolder { folder in
            let path = folder.appending(path: "l.sqlite").path
            do {
                let ledger = try SQLiteLedger(at: path)
                let bench = try IngestBench(folder, ledger: ledger)
                for number in 0..<3 { try bench.drop(try SyntheticSlice(number), as: "\(number).dcm") }
                try await bench.settle()
                try ledger.close()
            }
            let bench = try IngestBench(folder, ledger: try SQLiteLedger(at: path))
            #expect(try await bench.tallies() == ["stored": 3])
            #expect(try await bench.complete().new == 0)
            #expect(try await bench.ledger.jobCounts() == [.queued: 1])
            let leased = try #require(try await bench.ledger.claimNext(by: WorkerID("w"), leaseFor: .seconds(60)))
            #expect(leased.instances.count == 3)
        }
    }

    @Test("The header that inspection read comes back from the ledger, with the path of the copy")
    func headersComeBack() async throws {
        try await IngestBench.run { bench in
            try bench.drop(try SyntheticSlice(0), as: "0.dcm")
            try await bench.settle()
            let uid = try #require(try await bench.file("0.dcm").sopInstanceUID)
            let instance = try #require(try await bench.ledger.instance(uid))
            let header = try StoredHeader.decode(instance, store: RawPath(bench.store.path))
            let fresh = try InstanceHeader(reading: RawPath(bench.store.path).appending(instance.storePath))
            #expect(header == fresh)
            #expect(!String(decoding: instance.header, as: UTF8.self).contains(bench.store.path))
        }
    }

    @Test("The states add up to the files seen, whatever was dropped")
    func statesAddUp() async throws {
        try await IngestBench.run { bench in
            for number in 0..<5 { try bench.drop(try SyntheticSlice(number), as: "a/\(number).dcm") }
            for number in 0..<3 { try bench.drop(try SyntheticSlice(number), as: "b/\(number).dcm") }
            try bench.drop(try SyntheticSlice(0).withOtherPixels(), as: "c.dcm")
            try bench.drop(try SyntheticSlice(5).cut(to: 2000), as: "d.dcm")
            try bench.drop(Data(), as: "e.dcm")
            try bench.drop(try SyntheticSlice(6), as: "f.dcm.part")
            let report = try await bench.complete()
            #expect(report.seen == 12)
            #expect(try await bench.tallies().values.reduce(0, +) == 12)
            #expect(try await bench.ledger.files(FileFilter(currentOnly: true)).count == 12)
        }
    }
}
