import ArgumentParser
import Atlas
import Corrections
import DurableFiles
import Evaluation
import Foundation
import Ledger
import Pipeline
import Profiles
import TestSupport
import Testing
import Training

@testable import Commands

@Suite("Atlases are made of reviewed cases and judged by the gate")
struct AtlasLearningTests {
    private func withPlace(_ body: (ReviewedPlace, [Corrections.ReviewedCase]) async throws -> Void) async throws {
        try await withTemporaryFolder { folder in
            let place = try ReviewedPlace(folder, namesAtlas: true)
            for (series, patient) in [("plain", "P1"), ("oblique", "P2")] {
                try await place.add(series, patient: patient)
            }
            try await body(place, try await ReviewedCases(of: place.site, in: place.ledger).eligible)
        }
    }

    private func learning(_ place: ReviewedPlace, name: String = "own", series: [String] = []) throws -> AtlasLearning {
        try AtlasFolder.create(place)
        return AtlasLearning(
            site: place.site,
            models: place.models,
            profiles: place.profiles,
            profile: try #require(place.profiles.profile(id: ReviewedPlace.profile)),
            wishes: .init(name: name, series: series, licence: "test", actor: "anna"),
            isQuiet: true
        )
    }

    private enum AtlasFolder {
        static func create(_ place: ReviewedPlace) throws {
            try AtomicFile.createFolder(place.site.training.folder)
            try AtomicFile.createFolder(place.site.profiles.appending(ProfileSet.atlasFolderName))
        }
    }

    @Test("An atlas that finds no more than no atlas is built, told, and used by nobody")
    func whenNothingGetsBetter_thenTheAtlasIsNotPromoted() async throws {
        try await withPlace { place, cases in
            let learning = try learning(place)
            let (run, record) = try learning.run(cases)
            #expect(record.outcome == .kept)
            #expect(record.reasons.contains { $0.contains("not better beyond chance") })
            let store = AtlasStore(profiles: place.site.profiles)
            #expect(try store.promotions.read() == AtlasPromotions())
            #expect(try store.names(for: learning.profile).isEmpty)
            #expect(store.isInstalled("own"))
            // The record, the list of cases and the report stay; no image does.
            let left = Set(try FolderScan.entries(of: run.path).map(\.name.displayName))
            #expect(left == ["atlas-run.json", "cases.json", "report.html", "report.json"])
        }
    }

    @Test("The atlas has the person's masks under the profile's names, and says of which case they are")
    func whenACaseBecomesAnAtlas_thenItsMasksAreTheLabels() async throws {
        try await withPlace { place, cases in
            let (run, _) = try learning(place).run(cases)
            let manifest = try CaseManifest.read(run.path.appending("cases.json"))
            let atlas = try AtlasPackage.load(AtlasStore(profiles: place.site.profiles).folder(named: "own"))
            let source = try #require(atlas.description.reviewedCase)
            let reviewed = try #require(manifest.cases.first { $0.seriesInstanceUID == source.seriesInstanceUID })
            #expect(reviewed.role != .test)
            #expect(source.patient == reviewed.patient && source.segmentationSHA256 == reviewed.truth.sha256)
            #expect(atlas.description.labels.map(\.name) == ["liver", "spleen"])
            #expect(atlas.description.labels.map { $0.code?.value } == ["10200004", "78961009"])
            #expect(atlas.labels.presentLabels == [1, 2])
            let job = try #require(cases.first { $0.series.rawValue == source.seriesInstanceUID })
            #expect(atlas.labels.size.z == job.images.count)
            // Whoever is an atlas judges no more.
            let history = try TrainingHistory(folder: place.folder).read()
            #expect(history.knownPatients.contains(source.patient))
            #expect(!history.testPatients.contains(source.patient))
        }
    }

    @Test("A series of a patient who judges is refused as an atlas, and nothing is left behind")
    func whenAJudgeIsNamed_thenItIsRefused() async throws {
        try await withPlace { place, cases in
            let judge = try #require(cases.first)
            try AtlasFolder.create(place)
            try TrainingHistory(folder: place.folder).lock([judge.patientKey.hex])
            let learning = try learning(place, series: [judge.series.rawValue])
            let failure = #expect(throws: CommandFailure.self) { try learning.run(cases) }
            #expect(failure?.message.contains("patient who judges") == true)
            #expect(!AtlasStore(profiles: place.site.profiles).isInstalled("own"))
            #expect(try place.folder.runs().isEmpty)
        }
    }

    @Test("With judges alone, with no case of the profile, and under a name that is taken, nothing begins")
    func whenThereIsNothingToBuildFrom_thenItSaysSo() async throws {
        try await withPlace { place, cases in
            #expect(throws: CommandFailure.self) { try learning(place).run([]) }
            _ = try learning(place, name: "taken").run(cases)
            let failure = #expect(throws: CommandFailure.self) { try learning(place, name: "taken").run(cases) }
            #expect(failure?.message.contains("already") == true)
        }
    }

    @Test("What was promoted votes in place of what the file names, until it is taken back")
    func whenAtlasesArePromoted_thenTheProfileUsesThem() async throws {
        try await withPlace { place, cases in
            let learning = try learning(place)
            _ = try learning.run(cases)
            let store = AtlasStore(profiles: place.site.profiles)
            #expect(try store.promotions.promote(["own"], for: learning.profile.id, by: "anna", reason: "test"))
            #expect(try store.names(for: learning.profile) == ["own"])
            #expect(try store.atlases(for: learning.profile).map(\.atlas.description.name) == ["own"])
            try store.promotions.rollBack(learning.profile.id, by: "anna", reason: "test")
            #expect(try store.names(for: learning.profile).isEmpty)
            #expect(try store.promotions.read().history.map(\.kind) == [.promoted, .rolledBack])
        }
    }

    @Test(
        "Options of the two ways to an atlas do not mix",
        arguments: [
            ["own", "--from-cases", "ct-abdomen", "--image", "a.nii"], ["own"], ["own", "--image", "a.nii"],
            ["own", "--from-cases", "ct-abdomen", "--count", "0"],
            ["own", "--from-cases", "ct-abdomen", "--count", "2", "--series", "1.2"],
            [
                "own", "--image", "a", "--labels", "b", "--table", "c", "--provenance", "d", "--licence", "e",
                "--count",
                "2",
            ],
        ]
    )
    func whenOptionsContradict_thenTheyAreRefused(arguments: [String]) {
        #expect(throws: (any Error).self) { try AtlasBuildCommand.parse(arguments) }
    }
}
