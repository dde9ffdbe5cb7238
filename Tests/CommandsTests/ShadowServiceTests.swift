import ArgumentParser
import Checkpoints
import DurableFiles
import Evaluation
import Foundation
import Ledger
import Logging
import Profiles
import TestSupport
import Testing
import Training

@testable import Commands

/// A candidate annotates beside the model in use, and is promoted after.
@Suite struct ShadowServiceTests {
    private func withPlace(
        promotes: Bool = true,
        series: Int = 1,
        _ body: (ShadowPlace) async throws -> Void
    ) async throws {
        try await withTemporaryFolder { folder in
            try await body(try await ShadowPlace(folder, promotes: promotes, series: series))
        }
    }

    @Test("A series is annotated unseen and compared; then the candidate is promoted, and the report lies there")
    func theCandidateIsPromoted() async throws {
        try await withPlace { place in
            try await place.annotate()
            let results = place.results
            // What a run that was killed has left.
            try AtomicFile.createFolder(place.run.shadowWork.appending("left"))
            let service = try place.service()
            #expect(await service.round() == .worked)
            let line = try #require(try place.folder.shadowLines(of: place.run).first)
            #expect(line.status == .compared && line.segments.count == 1)
            // 8 × 8 pixels inside of 12 × 12 on every slice.
            let expected = 128.0 / 208
            let dice = line.segments.first?.dice ?? 0
            #expect(abs(dice - expected) < 1e-9)
            #expect(place.results == results)
            let shadowWorkIsThere = try place.folder.exists(place.run.shadowWork)
            #expect(shadowWorkIsThere == false)
            #expect(try place.present().phase == .shadowing)
            #expect(await service.round() == .worked)
            let record = try place.present()
            #expect(record.phase == .decided && record.outcome == .promoted)
            #expect(try place.models.package(promotedIn: "production")?.manifest.name == "child")
            let shadowReportIsThere = try place.folder.exists(place.run.shadowReport)
            #expect(shadowReportIsThere)
            let shadowReportDataIsThere = try place.folder.exists(place.run.shadowReportData)
            #expect(shadowReportDataIsThere)
            #expect(await service.round() == .nothing)
            #expect(try await place.ledger.jobs(JobFilter()).map(\.state) == [.annotated])
        }
    }

    @Test("While a job waits nothing is shadowed")
    func waitingJobsComeFirst() async throws {
        try await withPlace { place in
            #expect(try await place.service().round() == .nothing)
            let shadowLinesIsThere = try place.folder.exists(place.run.shadowLines)
            #expect(shadowLinesIsThere == false)
        }
    }

    @Test("A series is never counted twice, and the run waits for more")
    func aSeriesCountsOnce() async throws {
        try await withPlace(series: 2) { place in
            try await place.annotate()
            #expect(try await place.round() == .worked)
            // Another service, as after a kill.
            #expect(try await place.round() == .nothing)
            #expect(try place.folder.shadowLines(of: place.run).count == 1)
            #expect(try place.present().phase == .shadowing)
        }
    }

    @Test("A run that may not promote waits for a person")
    func aPersonPromotes() async throws {
        try await withPlace(promotes: false) { place in
            try await place.annotate()
            let service = try place.service()
            #expect(await service.round() == .worked)
            #expect(await service.round() == .worked)
            #expect(try place.present().outcome == .waits)
            #expect(try place.models.package(promotedIn: "production")?.manifest.name == "parent")
        }
    }

    @Test("A candidate that fails where the model in use did not is left to a person")
    func aFailureIsNotPromoted() async throws {
        try await withPlace { place in
            try await place.annotate()
            let service = try place.service(BoxNetwork(margin: 0, isBroken: true))
            #expect(await service.round() == .worked)
            #expect(try place.folder.shadowLines(of: place.run).map(\.reason) == ["MODEL_REFUSED"])
            #expect(await service.round() == .worked)
            #expect(try place.present().outcome == .waits)
        }
    }

    @Test("A result that is gone is passed over and does not count")
    func aMissingResultDoesNotCount() async throws {
        try await withPlace { place in
            try await place.annotate()
            try FileManager.default.removeItem(atPath: place.site.folders.annotated.displayName)
            #expect(try await place.round() == .worked)
            let lines = try place.folder.shadowLines(of: place.run)
            #expect(lines.map(\.reason) == ["RESULT_GONE"] && ShadowedSeries.count(lines) == 0)
            #expect(try await place.round() == .nothing)
        }
    }

    @Test(
        "Where a third model has come into use nothing is promoted; where a person promoted the candidate it is noted"
    )
    func theChannelMayChange() async throws {
        for (name, outcome) in [("third", TrainingRunRecord.Outcome.kept), ("child", .promoted)] {
            try await withPlace { place in
                _ = try ShadowPlace.add("third", scale: 3, to: place.models)
                try place.models.promote(name, in: "production", by: "anna", reason: "test")
                #expect(try await place.round() == .worked)
                #expect(try place.present().outcome == outcome)
                #expect(try place.models.package(promotedIn: "production")?.manifest.name == name)
                #expect(try place.models.channels().history.count == 2)
            }
        }
    }

    @Test("A shadow is nothing to resume, and no run begins by itself beside it; a person ends it")
    func noOtherRunBegins() async throws {
        try await withPlace { place in
            #expect(try place.folder.unfinished() == nil)
            #expect(try place.folder.shadowing()?.run.id == "run-1")
            let site = place.site.folders.annotated.parent.appending("site.xml")
            let schema = try Data(contentsOf: SharedFiles.repository.appending(path: "watch/site.xsd"))
            try AtomicFile.write(Array(schema), to: site.parent.appending("site.xsd"))
            let text =
                #"<site schema="1"><training folder="training" every="daily 02:00" afterCorrections="1"/></site>"#
            try AtomicFile.write(Array(text.utf8), to: site)
            let logger = Logger(label: "test") { _ in SwiftLogNoOpLogHandler() }
            let supervisor = TrainingSupervisor(
                site: try SiteConfiguration.load(site),
                arguments: [],
                corrections: { 5 },
                logger: logger
            )
            #expect(supervisor.site.training.folder == place.site.training.folder)
            #expect(try supervisor.reason(corrections: 5) == nil)
            try TrainingAttempt(time: Date(), corrections: 4).write(in: place.folder)
            try await TrainStopCommand.parse(["--site", site.displayName]).run()
            #expect(try place.present().outcome == .waits)
            #expect(try supervisor.reason(corrections: 5) == .corrections)
            #expect(try supervisor.reason(corrections: 4) == nil)
            #expect(try await place.service().round() == .nothing)
        }
    }

    @Test("A held thread waits until it is released, and ends when it is stopped", arguments: [true, false])
    func aHeldThreadWaits(isReleased: Bool) async {
        let pause = ShadowPause()
        #expect(pause.passes())
        pause.hold(true)
        async let passed = withCheckedContinuation { continuation in
            Thread.detachNewThread { continuation.resume(returning: pause.passes()) }
        }
        if isReleased { pause.hold(false) } else { pause.stop() }
        #expect(await passed == isReleased)
        pause.stop()
        #expect(!pause.passes())
    }
}
