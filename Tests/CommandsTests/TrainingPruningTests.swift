import Checkpoints
import DurableFiles
import Foundation
import Profiles
import TestSupport
import Testing

@testable import Commands

/// What `preread train prune` takes away, and what it must not touch.
@Suite struct TrainingPruningTests {
    /// A folder of runs that have ended, each with a candidate of its own.
    private struct Runs {
        let place: ShadowPlace

        init(_ folder: URL, _ outcomes: [TrainingRunRecord.Outcome?]) async throws {
            place = try await ShadowPlace(folder)
            try FileManager.default.removeItem(atPath: place.run.path.displayName)
            for (index, outcome) in outcomes.enumerated() { try add(index + 1, outcome) }
        }

        func run(_ number: Int) -> TrainingFolder.Run {
            TrainingFolder.Run(path: place.site.training.folder.appending("run-\(number)"))
        }

        private func add(_ number: Int, _ outcome: TrainingRunRecord.Outcome?) throws {
            let run = run(number)
            for path in [run.state, run.evaluation, run.shadowWork] {
                try AtomicFile.createFolder(path)
                try AtomicFile.write([UInt8](repeating: 1, count: 5_000), to: path.appending("large"))
            }
            for path in [run.cases, run.summary, run.progress, run.report, run.reportData, run.modelCard] {
                try AtomicFile.write([1], to: path)
            }
            let candidate = try ShadowPlace.add(
                "child-\(number)",
                scale: Float(number + 5),
                run: run.id,
                to: place.models
            )
            let parent = try place.models.package(named: "parent").manifest
            var text = try recordText(run, parent, candidate, outcome)
            text.append("\n")
            try AtomicFile.write(Array(text.utf8), to: run.record)
        }

        /// The place's record under another id.
        private func recordText(
            _ run: TrainingFolder.Run,
            _ parent: ModelManifest,
            _ candidate: TrainingRunRecord.Model,
            _ outcome: TrainingRunRecord.Outcome?
        ) throws -> String {
            var record = ShadowPlace.record(.init(name: "parent", sha256: parent.weights.sha256), candidate)
            record.phase = outcome == nil ? .prepared : .decided
            record.outcome = outcome
            record.shadow = nil
            let encoder = JSONEncoder()
            encoder.dateEncodingStrategy = .iso8601
            let text = String(decoding: try encoder.encode(record), as: UTF8.self)
            return text.replacingOccurrences(of: #""id":"run-1""#, with: #""id":"\#(run.id)""#)
        }

        func pruning(_ named: TrainingPruning.Named = .init(), digests: Set<String> = []) -> TrainingPruning {
            TrainingPruning(folder: place.folder, models: place.models, named: named, digests: digests)
        }

        func prune(keeping count: Int, _ named: TrainingPruning.Named = .init()) throws {
            let pruning = pruning(named)
            try pruning.remove(try pruning.plan(keeping: count))
        }

        var models: [String] { get throws { try place.models.list().packages.map(\.manifest.name).sorted() } }

        func files(_ number: Int) throws -> Set<String> {
            Set(try FolderScan.entries(of: run(number).path).map(\.name.displayName))
        }
    }

    private let records: Set<String> = [
        "run.json", "cases.json", "summary.json", "progress.jsonl", "report.html", "report.json", "model-card.md",
    ]

    @Test("Old runs lose state, caches and refused models, and keep every record and report")
    func oldRunsAreThinned() async throws {
        try await withTemporaryFolder { folder in
            let runs = try await Runs(folder, [.kept, .kept, .kept])
            try runs.prune(keeping: 1)
            #expect(try runs.files(1) == records && runs.files(2) == records)
            #expect(try runs.files(3) == records.union(["state", "evaluation", "shadow"]))
            #expect(try runs.models == ["child", "child-3", "parent"])
            for number in 1...3 { #expect(try runs.place.folder.record(of: runs.run(number)).outcome == .kept) }
        }
    }

    @Test("A plan names what would go and its size, and removes nothing by itself")
    func aPlanRemovesNothing() async throws {
        try await withTemporaryFolder { folder in
            let runs = try await Runs(folder, [.kept])
            let plan = try runs.pruning().plan(keeping: 0)
            #expect(plan.count == 4 && plan.prefix(3).allSatisfy { $0.bytes == 5_000 && $0.words.hasPrefix("run-1") })
            #expect(plan.last?.target == .model("child-1"))
            #expect(try runs.files(1).contains("state"))
            #expect(try runs.models.contains("child-1"))
        }
    }

    @Test("Models that anything names stay: channels, their history, jobs, profiles, the site, other models")
    func namedModelsStay() async throws {
        try await withTemporaryFolder { folder in
            let runs = try await Runs(folder, [.kept, .kept, .kept, .kept, .promoted, .waits])
            let store = runs.place.models
            try store.promote("child-1", in: "night", by: "anna", reason: "x")
            try store.rollBack("night", by: "anna", reason: "x")
            let digest = try store.package(named: "child-2").manifest.weights.sha256
            let pinned = try store.package(named: "child-3").manifest.weights.sha256
            let pruning = runs.pruning(.init(names: ["child-4"], digests: [pinned]), digests: [digest.hex])
            try pruning.remove(try pruning.plan(keeping: 0))
            #expect(
                try runs.models == [
                    "child", "child-1", "child-2", "child-3", "child-4", "child-5", "child-6", "parent",
                ]
            )
        }
    }

    @Test("A model that is promoted between plan and deed stays")
    func promotionWins() async throws {
        try await withTemporaryFolder { folder in
            let runs = try await Runs(folder, [.kept])
            let pruning = runs.pruning()
            let plan = try pruning.plan(keeping: 0)
            try runs.place.models.promote("child-1", in: "production", by: "anna", reason: "x")
            #expect(throws: CommandFailure.self) { try pruning.remove(plan) }
            #expect(try runs.models.contains("child-1"))
            #expect(throws: ModelStoreError.inUse(name: "parent")) { try runs.place.models.remove("parent") }
        }
    }

    @Test("A run that has not ended is left as it is, and so is one that cannot be read")
    func openRunsStay() async throws {
        try await withTemporaryFolder { folder in
            let runs = try await Runs(folder, [nil, .kept])
            try AtomicFile.write([1], to: runs.run(2).record)
            try runs.prune(keeping: 0)
            for number in 1...2 { #expect(try runs.files(number).contains("state")) }
            #expect(try runs.models.count == 4)
        }
    }

    @Test("A folder without a record goes: nothing can go on with it")
    func leftoversGo() async throws {
        try await withTemporaryFolder { folder in
            let runs = try await Runs(folder, [.kept])
            try AtomicFile.createFolder(runs.run(7).path.appending("cases"))
            try runs.prune(keeping: 5)
            #expect(try runs.place.folder.runs().map(\.id) == ["run-1"])
            #expect(try runs.files(1).contains("state"))
        }
    }
}
