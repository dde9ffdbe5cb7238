import Checkpoints
import DurableFiles
import Evaluation
import Foundation
import Ledger
import Profiles
import Synchronization
import TestSupport
import Testing
import Training

@testable import Commands

/// A prepared run is carried to its end.
@Suite struct TrainingExecutionTests {
    private func withRun(
        _ reviews: [(series: String, patient: String, review: ReviewedPlace.Review)] = [
            ("plain", "P1", .correct(.edited, .edited)), ("oblique", "P2", .correct(.edited, .edited)),
        ],
        _ body: (ReviewedPlace, TrainingFolder.Run) async throws -> Void
    ) async throws {
        try await withTemporaryFolder { folder in
            let place = try ReviewedPlace(folder)
            for review in reviews { try await place.add(review.series, patient: review.patient, review.review) }
            try await body(place, try await place.prepare().run)
        }
    }

    private func files(of run: TrainingFolder.Run, _ place: ReviewedPlace) throws -> Set<String> {
        Set(try FolderScan.entries(of: run.path).map(\.name.displayName))
    }

    @Test("A run ends with a decision, its report and its curve, and keeps no state")
    func aRunEnds() async throws {
        try await withRun { place, run in
            let record = try place.execution(run).finish()
            #expect(record.phase == .decided && record.outcome != nil && record.failure == nil)
            #expect(!record.reasons.isEmpty && record.ended != nil)
            let written = try place.folder.record(of: run)
            #expect(written.outcome == record.outcome && written.candidate == record.candidate)
            let files = try files(of: run, place)
            #expect(files.isSuperset(of: ["run.json", "cases.json", "cases", "summary.json", "progress.jsonl"]))
            #expect(!files.contains("state"))
            #expect(files.contains("report.html") == (record.candidate != nil))
            #expect(try place.folder.curve(of: run).loss.map { $0[0] } == [1, 2])
            #expect(try place.folder.unfinished() == nil)
        }
    }

    @Test("A run that is stopped at any event goes on, and ends as one that was left alone")
    func aStoppedRunGoesOn() async throws {
        var whole: TrainingSummary?
        var model: SHA256Digest??
        for stops in [0, 1, 3] {
            try await withRun { place, run in
                for stop in 0..<stops {
                    let events = Mutex(0)
                    let stopped = try place.execution(run, observe: { _ in events.withLock { $0 += 1 } }) {
                        events.withLock { $0 > stop }
                    }.finish()
                    #expect(stopped.phase == .prepared && stopped.outcome == nil)
                    #expect(try place.folder.unfinished()?.run.id == run.id)
                }
                let record = try place.execution(run).finish()
                #expect(record.phase == .decided)
                let bytes = try ReadOnlyFile(run.summary).readAll()
                let summary = try JSONDecoder().decode(TrainingSummary.self, from: Data(bytes))
                if let whole, let model {
                    #expect(summary.curve == whole.curve && summary.chosenStep == whole.chosenStep)
                    #expect(record.candidate?.sha256 == model)
                }
                (whole, model) = (summary, record.candidate?.sha256)
            }
        }
    }

    @Test(
        "A run whose cases are not those that it began with ends, says why, and does not stand in the way",
        arguments: ["list", "file", "model", "profile"]
    )
    func whatWasFrozenHasToBeThere(what: String) async throws {
        try await withRun { place, run in
            var record = try place.folder.record(of: run)
            let words: String
            switch what {
            case "list":
                let text = String(decoding: try ReadOnlyFile(run.cases).readAll(), as: UTF8.self)
                let other = text.replacingOccurrences(of: #""seed" : 1"#, with: #""seed" : 2"#)
                try #require(other != text)
                try AtomicFile.write(Array(other.utf8), to: run.cases)
                words = "changed after it was frozen"
            case "file":
                let manifest = try CaseManifest.load(run.cases)
                let path = run.path.appending(manifest.cases[0].instances[0].path)
                try FileManager.default.removeItem(atPath: path.displayName)
                try AtomicFile.write([0], to: path)
                words = "is not the file that was frozen"
            case "model":
                record.candidate = nil
                let text = String(decoding: try ReadOnlyFile(run.record).readAll(), as: UTF8.self)
                let digest = record.incumbent.sha256.hex
                let other = text.replacingOccurrences(of: digest, with: String(digest.reversed()))
                try AtomicFile.write(Array(other.utf8), to: run.record)
                words = "has other weights than when the run began"
            default:
                let profile = place.site.profiles.appending("ct-abdomen.xml")
                let text = String(decoding: try ReadOnlyFile(profile).readAll(), as: UTF8.self)
                let other = text.replacingOccurrences(of: #"id="spleen""#, with: #"id="milt""#)
                try AtomicFile.write(Array(other.utf8), to: profile)
                words = "has no segment spleen"
            }
            let ended = try place.execution(run).finish()
            #expect(ended.phase == .decided && ended.outcome == .kept && ended.failure == true)
            #expect(ended.reasons.contains { $0.contains(words) }, "\(ended.reasons)")
            #expect(try place.folder.unfinished() == nil)
            #expect(try place.models.list().packages.count == 1)
        }
    }

    @Test("A structure of too few slices is not learnt; the others are, and the record says so")
    func sparseSegmentsAreLeftOut() async throws {
        try await withTemporaryFolder { folder in
            let place = try ReviewedPlace(folder)
            try await place.add("oblique", patient: "P2")
            let judge = try await place.preparation().material(in: place.ledger).patientKeys
            try TrainingHistory(folder: place.folder).lock(judge)
            try await place.add("plain", patient: "P1", .correct(.edited, .missing))
            try await place.add("one_slice", patient: "P1")
            let run = try await place.prepare().run
            let record = try place.execution(run).finish()
            #expect(record.failure == nil)
            #expect(record.notes.contains { $0.contains("not learnt") && $0.contains("ct-abdomen/spleen (1 slices)") })
        }
    }
}
