import Checkpoints
import DurableFiles
import Evaluation
import Foundation
import Ledger
import TestSupport
import Testing
import Training

@testable import Commands

/// What the page of learning is told, and what it can have done.
@Suite struct LearningDeskTests {
    private func desk(_ place: ShadowPlace, _ requests: TrainingRequests = TrainingRequests()) -> LearningDesk {
        LearningDesk(site: place.site, models: place.models, ledger: place.ledger, requests: requests)
    }

    /// The place's run with another end.
    private func change(_ place: ShadowPlace, _ body: (inout TrainingRunRecord) -> Void) throws {
        var record = try place.present()
        body(&record)
        try place.folder.write(record, for: place.run)
    }

    private func object(_ value: some Encodable) throws -> [String: Any] {
        try #require(JSONSerialization.jsonObject(with: JSONEncoder().encode(value)) as? [String: Any])
    }

    @Test("The overview has the fields that were agreed on, each of them always")
    func fieldsAreThose() async throws {
        try await withTemporaryFolder { folder in
            let place = try await ShadowPlace(folder)
            let json = try object(try await desk(place).overview())
            #expect(
                Set(json.keys) == [
                    "corrections", "reviews", "schedule", "canStart", "why", "running", "runs", "channels", "models",
                ]
            )
            #expect(json["running"] is NSNull && json["schedule"] is NSNull && json["canStart"] as? Bool == false)
            let corrections = try #require(json["corrections"] as? [String: Any])
            #expect(Set(corrections.keys) == ["waiting", "sinceLast", "threshold"])
            #expect(corrections["threshold"] is NSNull)
            let reviews = try #require(json["reviews"] as? [String: Any])
            #expect(Set(reviews.keys) == ["accepted", "corrected", "rejected"])
            let run = try #require((json["runs"] as? [[String: Any]])?.first)
            #expect(
                Set(run.keys) == [
                    "id", "state", "profile", "scope", "started", "ended", "step", "steps", "secondsLeft", "loss",
                    "validation", "verdict", "reason",
                ]
            )
            #expect(run["state"] as? String == "shadowing" && run["verdict"] as? String == "promote")
            #expect(run["ended"] is NSNull && (run["started"] as? String)?.hasSuffix("Z") == true)
            let channels = try #require(json["channels"] as? [String: Any])
            let production = try #require(channels["production"] as? [String: Any])
            #expect(Set(production.keys) == ["name", "sha256", "since", "by"])
            #expect(production["name"] as? String == "parent" && production["by"] as? String == "test")
            let history = try #require((channels["history"] as? [[String: Any]])?.first)
            #expect(Set(history.keys) == ["model", "since", "by"])
            let models = try #require(json["models"] as? [[String: Any]])
            #expect(models.allSatisfy { Set($0.keys) == ["name", "architecture", "sha256", "created", "origin"] })
            #expect(models.map { $0["origin"] as? String } == ["run-1", "tiny_weights.safetensors"])
        }
    }

    @Test(
        "A run's state says how it ended",
        arguments: [
            (TrainingRunRecord.Outcome.promoted, true, nil, LearningRun.State.promoted),
            (.waits, true, nil, .waiting), (.kept, true, nil, .refused), (.kept, false, nil, .kept),
            (.kept, false, true, .failed),
        ] as [(TrainingRunRecord.Outcome, Bool, Bool?, LearningRun.State)]
    )
    func statesFollowFromTheRecord(
        outcome: TrainingRunRecord.Outcome,
        hasCandidate: Bool,
        failure: Bool?,
        expected: LearningRun.State
    ) async throws {
        try await withTemporaryFolder { folder in
            let place = try await ShadowPlace(folder)
            try change(place) { record in
                record.phase = .decided
                record.outcome = outcome
                record.failure = failure
                record.shadow = nil
                if !hasCandidate { record.candidate = nil }
            }
            let run = try #require(try desk(place).run("run-1")?.run)
            #expect(run.state == expected)
            let verdict = hasCandidate ? (outcome == .kept ? "keep" : "promote") : nil
            #expect(run.verdict == verdict)
        }
    }

    @Test("A run that has not ended runs while somebody holds the lock, and is stopped otherwise")
    func theLockTellsWhetherARunRuns() async throws {
        try await withTemporaryFolder { folder in
            let place = try await ShadowPlace(folder)
            try change(place) {
                ($0.phase, $0.candidate, $0.shadow) = (.prepared, nil, nil)
                $0.reasons = []
            }
            let stopped = try await desk(place).overview()
            #expect(stopped.runs.map(\.state) == [.stopped] && stopped.running == nil && stopped.canStart)
            #expect(stopped.runs[0].reason.contains("interrupted"))
            guard let lock = try HeldLock(place.folder.lock) else {
                throw CommandFailure(.findings, "the lock is held")
            }
            let running = try await desk(place).overview()
            #expect(running.running?.id == "run-1" && !running.canStart && running.why?.contains("under way") == true)
            lock.release()
        }
    }

    @Test("Curves come from the events while a run lasts and after it, and thinned where they are long")
    func curvesComeFromEvents() async throws {
        try await withTemporaryFolder { folder in
            let place = try await ShadowPlace(folder)
            try AtomicFile.createFolder(place.run.state)
            let log = ProgressLog(place.run.state.appending("progress.jsonl"))
            for step in 1...900 {
                var event = TrainingProgress(phase: .training, step: step, steps: 1_000)
                var loss = LossParts()
                loss.total = Double(step)
                event.loss = loss
                event.secondsLeft = 5
                log.append(event)
            }
            for state in [false, true] {
                if state { place.folder.removeWork(of: place.run) }
                let run = try #require(try desk(place).run("run-1")?.run)
                #expect(run.loss.count == 300 && run.loss[0] == [3, 2] && run.loss[299] == [900, 899])
                #expect(run.step == 900)
            }
            let stateIsThere = try place.folder.exists(place.run.state)
            #expect(!stateIsThere)
        }
    }

    @Test("A detail holds the run and its report, or null; there is none of another id, wherever it leads")
    func detailsHoldTheReport() async throws {
        try await withTemporaryFolder { folder in
            let place = try await ShadowPlace(folder)
            let json = try object(try #require(try desk(place).run("run-1")))
            #expect(json["report"] is NSNull && json["id"] as? String == "run-1")
            for id in ["run-2", "../run-1", "", "."] {
                let run = try desk(place).run(id)
                #expect(run == nil)
                let page = try desk(place).reportPage(id)
                #expect(page == nil)
                #expect(throws: CommandFailure.self) { try desk(place).stop(id) }
            }
            try AtomicFile.write(Array("<p>".utf8), to: place.run.report)
            #expect(try desk(place).reportPage("run-1") == Array("<p>".utf8))
        }
    }

    @Test("Nothing is begun while a candidate annotates in the shadow, nor with too little to learn from")
    func runsAreNotBegunInVain() async throws {
        try await withTemporaryFolder { folder in
            let place = try await ShadowPlace(folder)
            let requests = TrainingRequests()
            await #expect(throws: CommandFailure.self) { try await desk(place, requests).start(by: "anna") }
            #expect(try desk(place).stop("run-1").contains("stopped by a person"))
            #expect(try place.present().outcome == .waits)
            let failure = await #expect(throws: CommandFailure.self) {
                try await desk(place, requests).start(by: "anna")
            }
            #expect(failure?.message.contains("0 reviewed series") == true)
            #expect(requests.take() == nil)
        }
    }

    @Test("A run that was stopped is asked for once, whoever asks, and goes on")
    func aStoppedRunGoesOn() async throws {
        try await withTemporaryFolder { folder in
            let place = try await ShadowPlace(folder)
            try change(place) { ($0.phase, $0.candidate, $0.shadow) = (.prepared, nil, nil) }
            #expect(try desk(place).stop("run-1").contains("ends after"))
            let requests = TrainingRequests()
            try await desk(place, requests).start(by: "anna")
            await #expect(throws: CommandFailure.self) { try await desk(place, requests).start(by: "bert") }
            #expect(requests.take() == "anna" && requests.take() == nil)
        }
    }

    @Test("A person promotes and goes back, and both are on record with the name")
    func aPersonSwitches() async throws {
        try await withTemporaryFolder { folder in
            let place = try await ShadowPlace(folder)
            let desk = desk(place)
            try desk.promote("child", by: "anna", reason: "better")
            try AtomicFile.write([], to: place.run.report)
            var overview = try await desk.overview()
            #expect(overview.channels.production?.name == "child" && overview.channels.production?.by == "anna")
            #expect(overview.channels.history.first?.report == "/api/learning/runs/run-1/report")
            try desk.rollBack(by: "bert", reason: "worse")
            overview = try await desk.overview()
            #expect(overview.channels.production?.name == "parent")
            #expect(overview.channels.history.map(\.by) == ["bert", "anna", "test"])
            #expect(throws: CommandFailure.self) { try desk.promote("nobody", by: "anna", reason: "x") }
        }
    }
}
