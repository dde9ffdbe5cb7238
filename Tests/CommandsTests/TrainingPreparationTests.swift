import DurableFiles
import Evaluation
import Foundation
import Ledger
import Profiles
import TestSupport
import Testing
import Training

@testable import Commands

/// What a run freezes before it begins.
@Suite struct TrainingPreparationTests {
    private func withPlace(_ body: (ReviewedPlace) async throws -> Void) async throws {
        try await withTemporaryFolder { try await body(try ReviewedPlace($0)) }
    }

    private func isThere(_ path: RawPath, _ place: ReviewedPlace) throws -> Bool { try place.folder.exists(path) }

    @Test("Every file is frozen with its digest, and no patient is on two sides")
    func casesAreFrozen() async throws {
        try await withPlace { place in
            for (series, patient) in [("plain", "P1"), ("odd23x38", "P1"), ("oblique", "P2"), ("tilt", "P3")] {
                try await place.add(series, patient: patient)
            }
            let (run, record, left) = try await place.prepare()
            #expect(left.isEmpty && record.phase == .prepared && record.actor == "anna")
            let manifest = try CaseManifest.load(run.cases)
            #expect(manifest.digest == record.casesSHA256 && manifest.cases.count == 4)
            #expect(record.corrections == 4 && record.validation == "slabs")
            let judges = Set(manifest.cases(of: .test).map(\.patient))
            let learners = Set(manifest.cases(of: .train).map(\.patient))
            #expect(judges.count == 1 && learners.count == 2 && judges.isDisjoint(with: learners))
            let history = try TrainingHistory(folder: place.folder).read()
            #expect(history.testPatients == judges && history.knownPatients == learners)
            #expect(try place.folder.unfinished()?.run.id == run.id)
        }
    }

    @Test("What a person did to each segment is frozen, and what was not looked at is left out")
    func changesAreFrozen() async throws {
        try await withPlace { place in
            try await place.add("plain", patient: "P1", .correct(.edited, .unchanged))
            try await place.add("oblique", patient: "P2", .correct(.removed, .missing))
            try await place.add("tilt", patient: "P3", .correct(.added, .unchanged))
            let (run, _, _) = try await place.prepare()
            let manifest = try CaseManifest.load(run.cases)
            let changes = Set(manifest.cases.map { $0.segments.map { "\($0.id) \($0.change.rawValue)" } })
            #expect(
                changes == [
                    ["liver edited", "spleen unchanged"], ["liver edited"], ["liver added", "spleen unchanged"],
                ]
            )
            #expect(manifest.cases.allSatisfy { $0.verdict == .corrected && $0.review.reviewer == "bert" })
        }
    }

    @Test("The receipt of the result is frozen with its case; boxes that a person gave are not measured")
    func receiptsAreFrozen() async throws {
        try await withPlace { place in
            try await place.add("plain", patient: "P1")
            let other = try await place.add("oblique", patient: "P2")
            let receipt = place.site.folders.annotated.appending(try #require(other.result?.receiptPath))
            try AtomicFile.write([1, 2, 3], to: receipt)
            let (run, record, _) = try await place.prepare()
            let manifest = try CaseManifest.load(run.cases)
            let frozen = manifest.cases.compactMap(\.receipt)
            // A receipt that is none leaves its case without one.
            #expect(frozen.count == 1 && frozen[0].path.hasSuffix("/receipt.json"))
            #expect(record.boxes == .documented)
        }
    }

    @Test("A case whose files are not what was reviewed is left out, and the run says so")
    func changedFilesAreLeftOut() async throws {
        try await withPlace { place in
            for (series, patient) in [("plain", "P1"), ("oblique", "P2"), ("tilt", "P3")] {
                try await place.add(series, patient: patient)
            }
            let image = place.site.folders.store.appending("tilt")
            let name = try #require(FolderScan.entries(of: image).first).name
            try AtomicFile.write([0], to: image.appending(name))
            let (run, _, left) = try await place.prepare()
            #expect(left == ["job 3: one of its files is missing or changed"])
            #expect(try CaseManifest.load(run.cases).cases.count == 2)
        }
    }

    @Test("A result that names no segment of its profile teaches nothing")
    func foreignSegmentsAreLeftOut() async throws {
        try await withPlace { place in
            for (series, patient) in [("plain", "P1"), ("oblique", "P2")] {
                try await place.add(series, patient: patient)
            }
            try await place.add("tilt", patient: "P3", .accept)
            let (_, _, left) = try await place.prepare()
            #expect(left == ["job 3: no segment of its profile was reviewed"])
        }
    }

    @Test("The same cases and seed give the same roles and the same files")
    func freezingIsRepeatable() async throws {
        try await withPlace { place in
            for (series, patient) in [("plain", "P1"), ("oblique", "P2"), ("tilt", "P3"), ("latin1", "P4")] {
                try await place.add(series, patient: patient)
            }
            let material = try await place.preparation().material(in: place.ledger)
            func freeze(_ cases: some Sequence<Int>, into name: String) throws -> [ReviewedCase] {
                let folder = place.folder.path.appending(name)
                try AtomicFile.createFolder(folder)
                let freezer = CaseFreezer(profiles: place.profiles, rules: SplitRules(), seed: 1, folder: folder)
                let order = cases.map { material.cases[$0] }
                return try freezer.freeze(order, history: SplitHistory()).manifest.cases
            }
            let first = try freeze(0..<4, into: "a")
            #expect(try freeze((0..<4).reversed(), into: "b") == first)
            // Freezing again into the same folder, as after a kill, finds its own files.
            #expect(try freeze(0..<4, into: "a") == first)
        }
    }

    @Test("A patient who was locked judges, and one whom a model knows never does")
    func sidesAreForEver() async throws {
        try await withPlace { place in
            for (series, patient) in [("plain", "P1"), ("oblique", "P2"), ("tilt", "P3"), ("latin1", "P4")] {
                try await place.add(series, patient: patient)
            }
            let material = try await place.preparation().material(in: place.ledger)
            let keys = material.patientKeys.sorted()
            let history = TrainingHistory(folder: place.folder)
            for key in keys {
                let freezer = CaseFreezer(
                    profiles: place.profiles,
                    rules: SplitRules(),
                    seed: 1,
                    folder: place.folder.path.appending("x")
                )
                let locked = SplitHistory(testPatients: [key], knownPatients: Set(keys).subtracting([key]))
                let frozen = try freezer.freeze(material.cases, history: locked).manifest
                #expect(Set(frozen.cases(of: .test).map(\.patient)) == [key])
            }
            try history.lock([keys[0]])
            let (run, _, _) = try await place.prepare()
            let judges = Set(try CaseManifest.load(run.cases).cases(of: .test).map(\.patient))
            #expect(judges.contains(keys[0]))
            let learners = Set(keys).subtracting(judges)
            #expect(throws: CommandFailure.self) { try history.lock(learners) }
        }
    }

    @Test("With too few series or patients nothing begins")
    func tooLittleIsRefused() async throws {
        try await withTemporaryFolder { folder in
            let place = try ReviewedPlace(folder, counts: (3, 2))
            try await place.add("plain", patient: "P1")
            try await place.add("oblique", patient: "P2")
            let preparation = try place.preparation()
            let material = try await preparation.material(in: place.ledger)
            let failure = #expect(throws: CommandFailure.self) { try preparation.check(material) }
            #expect(
                failure?.status == .findings && failure?.message.contains("2 reviewed series of 2 patients") == true
            )
            try await place.add("tilt", patient: "P2")
            try preparation.check(try await preparation.material(in: place.ledger))
        }
    }

    @Test("With nobody to judge no run comes into being, and its folder goes with the next attempt")
    func nobodyJudges() async throws {
        try await withPlace { place in
            try await place.add("plain", patient: "P1")
            await #expect(throws: CommandFailure.self) { try await place.prepare() }
            #expect(try place.folder.unfinished() == nil)
            let leftover = try #require(try place.folder.runs().first)
            let marker = leftover.path.appending("marker")
            try AtomicFile.write([], to: marker)
            try await place.add("oblique", patient: "P2")
            _ = try await place.prepare()
            let isLeft = try isThere(marker, place)
            #expect(!isLeft)
        }
    }

    @Test("Cases of another profile or another channel are not taken")
    func othersAreNotTaken() async throws {
        try await withPlace { place in
            try await place.add("plain", patient: "P1")
            let other = try await place.preparation { $0.profile = "mr-brain" }.material(in: place.ledger)
            #expect(other.cases.isEmpty)
            let channel = try await place.preparation { $0.channel = "night" }.material(in: place.ledger)
            #expect(channel.cases.isEmpty && channel.left.contains { $0.contains("does not use the channel night") })
        }
    }
}
