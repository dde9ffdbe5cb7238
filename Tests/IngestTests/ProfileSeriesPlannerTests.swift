import DICOMFiles
import DurableFiles
import Foundation
import Ingest
import Ledger
import Profiles
import TestSupport
import Testing

@Suite struct ProfileSeriesPlannerTests {
    private static let model = ContentDigest(hex: String(repeating: "ab", count: 32))

    private static func planner(
        _ profiles: ProfileSet,
        _ bench: IngestBench,
        model: @escaping ProfileSeriesPlanner.ModelLookup
    ) -> ProfileSeriesPlanner {
        let ledger = bench.ledger
        return ProfileSeriesPlanner(
            profiles: { profiles },
            store: RawPath(bench.store.path),
            study: { try await ledger.seriesInstances(of: $0) },
            model: model
        )
    }

    /// Takes a synthetic series in by the site's own profiles.
    private func planning(
        _ preset: String,
        model: ContentDigest? = ProfileSeriesPlannerTests.model,
        _ body: (IngestBench, Series) async throws -> Void
    ) async throws {
        let folder = SharedFiles.cache.appending(path: "conformance/series/\(preset)")
        let names = try FileManager.default.contentsOfDirectory(atPath: folder.path).filter { $0.hasSuffix(".dcm") }
        let profiles = try ProfileSet.load(RawPath(SharedFiles.repository.appending(path: "profiles").path))
        try await IngestBench.run { bench in
            bench.planner = Self.planner(profiles, bench) { _ in model }
            for name in names { try bench.drop(try Data(contentsOf: folder.appending(path: name)), as: name) }
            try await bench.complete()
            let all = try await bench.ledger.series(in: Set(SeriesState.allCases))
            try await body(bench, try #require(all.first))
        }
    }

    @Test(
        "A CT of the abdomen gets its profile's job, in the order of the slices",
        arguments: ["plain", "shuffled", "descending"]
    )
    func fittingSeriesGetTheirJob(preset: String) async throws {
        try await planning(preset) { bench, series in
            #expect(series.state == .planned)
            #expect(series.flags == [])
            let job = try #require(try await bench.ledger.jobs(JobFilter()).first)
            #expect(job.profile.id == "ct-abdomen")
            #expect(job.modelDigest == Self.model)
            let store = RawPath(bench.store.path)
            let headers = try await bench.ledger.instances(of: job.id).map { try StoredHeader.decode($0, store: store) }
            let heights = headers.compactMap { $0.frames.first?.imagePositionPatient.last }.compactMap(Double.init)
            #expect(heights.count == 10)
            #expect(heights == heights.sorted())
        }
    }

    @Test("A multi-frame image counts by its frames and is one instance of the job")
    func multiFrameImagesCountByFrames() async throws {
        try await planning("enhanced") { bench, series in
            #expect(series.state == .planned)
            let job = try #require(try await bench.ledger.jobs(JobFilter()).first)
            #expect(try await bench.ledger.instances(of: job.id).count == 1)
        }
    }

    @Test("A localizer is no part of the job")
    func localizersAreLeftOut() async throws {
        try await planning("localizer") { bench, series in
            let job = try #require(try await bench.ledger.jobs(JobFilter()).first)
            #expect(try await bench.ledger.instances(of: job.id).count == series.instanceCount - 1)
        }
    }

    @Test("A gap is flagged and does not keep the series from its job")
    func gapsAreFlagged() async throws {
        try await planning("missing_slice") { _, series in
            #expect(series.state == .planned)
            #expect(series.flags == ["GAPS 1"])
        }
    }

    @Test("A series that fits no profile says which rule failed", arguments: ["mr", "sagittal", "one_slice"])
    func strangersSayWhy(preset: String) async throws {
        try await planning(preset) { bench, series async throws in
            #expect(series.state == .unmatched)
            #expect(series.reason == "NO_PROFILE")
            #expect(series.message?.contains("ct-abdomen") == true)
            #expect(try await bench.ledger.jobs(JobFilter()) == [])
        }
    }

    @Test("A series whose model is missing waits for it by name, and is planned when it is reopened")
    func missingModelsAreNamed() async throws {
        try await planning("plain", model: nil) { bench, series in
            #expect(series.state == .unmatched)
            #expect(series.reason == "NO_MODEL")
            let profiles = try ProfileSet.load(RawPath(SharedFiles.repository.appending(path: "profiles").path))
            bench.planner = Self.planner(profiles, bench) { _ in Self.model }
            bench.restart()
            try await bench.ledger.reopen(series.uid, by: "anna")
            try await bench.complete()
            #expect(try await bench.ledger.jobCounts() == [.queued: 1])
        }
    }

    @Test("A lookup that fails leaves the series for the next round")
    func failingLookupsAreRepeated() async throws {
        struct Unreachable: Error {}
        try await planning("plain") { bench, series in
            let profiles = try ProfileSet.load(RawPath(SharedFiles.repository.appending(path: "profiles").path))
            bench.planner = Self.planner(profiles, bench) { _ in throw Unreachable() }
            bench.restart()
            try await bench.ledger.reopen(series.uid, by: "anna")
            #expect(try await bench.complete().planned == 0)
            #expect(try await bench.ledger.series(series.uid)?.state == .receiving)
        }
    }

    @Test("Of two series of a study the profile's choice gets the job, and the other says why not")
    func oneSeriesOfAStudyIsChosen() async throws {
        let shipped = SharedFiles.repository.appending(path: "profiles")
        try await IngestBench.run { bench in
            let folder = bench.store.deletingLastPathComponent().appending(path: "profiles")
            try FileManager.default.createDirectory(at: folder, withIntermediateDirectories: true)
            for name in ["profile.xsd", "codes.tsv"] {
                try FileManager.default.copyItem(at: shipped.appending(path: name), to: folder.appending(path: name))
            }
            let text = try String(contentsOf: shipped.appending(path: "ct-abdomen.xml"), encoding: .utf8)
            let choosing = text.replacing(
                "</completeness>",
                with: #"</completeness><choose><largest measure="sliceCount"/></choose>"#
            )
            try #require(choosing != text)
            try Data(choosing.utf8).write(to: folder.appending(path: "ct-abdomen.xml"))
            bench.planner = Self.planner(try ProfileSet.load(RawPath(folder.path)), bench) { _ in Self.model }

            for number in 0..<10 {
                let slice = try SyntheticSlice(number)
                try bench.drop(slice, as: "long-\(number)")
                guard number < 8 else { continue }
                let file = bench.incoming.appending(path: "long-\(number)")
                let header = try InstanceHeader(reading: RawPath(file.path))
                let short = try slice.renaming(header.seriesInstanceUID).renaming(header.sopInstanceUID)
                try bench.drop(short, as: "short-\(number)")
            }
            try await bench.complete()
            let series = try await bench.ledger.series(in: Set(SeriesState.allCases))
            let planned = try #require(series.first { $0.state == .planned })
            let other = try #require(series.first { $0.state == .unmatched })
            #expect(series.count == 2 && planned.instanceCount == 10)
            #expect(other.reason == "NOT_CHOSEN")
            #expect(other.message?.contains("largest slice count, 10 before 8") == true, "\(other.message ?? "")")
        }
    }
}
