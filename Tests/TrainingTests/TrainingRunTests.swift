import Checkpoints
import DurableFiles
import Foundation
import SAMMed2D
import SegmentAnything
import Synchronization
import Tensors
import TestSupport
import Testing

@testable import Training

@Suite("A run of training")
struct TrainingRunTests {
    // MARK: - Learning

    @Test("makes masks better", arguments: [TrainingScope.decoder, .adapter])
    func whenARunIsLongEnough_thenTheScoreRises(scope: TrainingScope) throws {
        var small = try SmallRun(scope: scope, steps: 24)
        small.configuration.prompts.rounds = 0
        small.configuration.prompts.boxShare = 1
        small.configuration.prompts.jitter = .none
        small.configuration.learningRate = LearningRateSchedule(peak: 1e-2, warmUpSteps: 4)
        small.configuration.validation = ValidationSettings(everySteps: 8)
        try withTemporaryFolder { folder in
            let result = try small.run(in: folder).run()
            let initial = try #require(result.summary.initialScore).meanDice
            let chosen = try #require(result.summary.chosenScore)
            #expect(chosen.meanDice > initial + 0.1)
            #expect(Set(chosen.segments.keys) == ["disc", "bar"])
            #expect(result.summary.curve.map(\.step) == [0, 8, 16, 24])
            #expect(result.summary.outcome == .completed)
            try expectTrainedOnly(result, small)
        }
    }

    /// What does not learn is what it was, what learns has the shape that it had, and a network can be made of all.
    private func expectTrainedOnly(_ result: TrainingResult, _ small: SmallRun) throws {
        let weights = try #require(result.weights)
        var changed = 0
        for (name, tensor) in small.weights.tensors {
            let found = try #require(weights.tensors[name])
            #expect(found.shape == tensor.shape)
            guard found.values != tensor.values else { continue }
            changed += 1
            #expect(type(of: small.model).isTrained(name, in: small.configuration.scope), "\(name)")
        }
        #expect(changed > 50)
        #expect(weights.tensors.count == small.weights.tensors.count)
        _ = try small.model.rebuilt(from: weights, scope: small.configuration.scope)
    }

    @Test func whenNothingGetsBetter_thenTheRunStopsAndHandsOutWhatItBeganWith() throws {
        var small = try SmallRun(steps: 40)
        small.configuration.learningRate = LearningRateSchedule(peak: 1e-12, warmUpSteps: 0)
        small.configuration.validation = ValidationSettings(everySteps: 1, patience: 3)
        try withTemporaryFolder { folder in
            let result = try small.run(in: folder).run()
            #expect(result.summary.outcome == .stoppedEarly)
            #expect(result.summary.steps == 3)
            #expect(result.summary.chosenStep == 0)
            #expect(result.weights?.tensors.mapValues(\.values) == small.weights.tensors.mapValues(\.values))
        }
    }

    @Test func whenThereIsNoValidation_thenTheLastAverageIsHandedOut() throws {
        var small = try SmallRun(steps: 2)
        small.validation = nil
        try withTemporaryFolder { folder in
            let result = try small.run(in: folder).run()
            #expect(result.summary.validationKind == .none)
            #expect(result.summary.chosenStep == 2)
            try expectTrainedOnly(result, small)
        }
    }

    // MARK: - Reproducing

    @Test func whenARunIsRepeated_thenWeightsAreTheSameAndAnotherSeedGivesOthers() throws {
        var small = try SmallRun(steps: 2)
        small.validation = nil
        let first = try withTemporaryFolder { try small.run(in: $0).run().bits }
        #expect(first != small.weights.tensors.mapValues { $0.values.map(\.bitPattern) })
        let again = try withTemporaryFolder { try small.run(in: $0).run().bits }
        small.configuration.seed += 1
        let other = try withTemporaryFolder { try small.run(in: $0).run().bits }
        #expect(first != nil && first == again)
        #expect(first != other)
    }

    @Test(
        "cut up for memory is the same",
        arguments: [(TrainingScope.decoder, false, 1e-4), (.adapter, false, 1e-4), (.adapter, true, 2e-2)]
            as [(
                TrainingScope, Bool, Float
            )]
    )
    func whenStepsAreCutUpForMemory_thenTheyAreTheSameSteps(
        scope: TrainingScope,
        imageByImage: Bool,
        tolerance: Float
    ) throws {
        let small = try SmallRun(scope: scope)
        let whole = try gradients(small, promptsAtATime: 6, imageByImage: false)
        let cut = try gradients(small, promptsAtATime: 2, imageByImage: imageByImage)
        #expect(whole.keys == cut.keys)
        #expect(whole.count > 100)
        for (name, gradient) in whole {
            let largest = gradient.values.reduce(0) { max($0, abs($1)) }
            let difference = zip(gradient.values, cut[name]?.values ?? []).reduce(0) { max($0, abs($1.0 - $1.1)) }
            // Biases of keys have no influence: their gradients are rounding errors around zero. One image at a time is
            // rounded otherwise than two, and an activation that was 0 can be 1e-7: that shows in the adapters.
            #expect(difference <= tolerance * largest + 1e-8, "\(name)")
        }
    }

    private func gradients(
        _ small: SmallRun,
        promptsAtATime: Int,
        imageByImage: Bool
    ) throws -> [String: Tensor] {
        let scope = small.configuration.scope
        let packed = try type(of: small.model).trainingLayout(of: small.weights, scope: scope)
        let isTrained = { (name: String) in type(of: small.model).isTrained(name, in: scope) }
        var trained = packed
        trained.tensors = packed.tensors.filter { isTrained($0.key) }
        var frozen = packed
        frozen.tensors = packed.tensors.filter { !isTrained($0.key) }
        let optimiser = Optimiser(trained, settings: .adam)
        let step = TrainingStep(
            model: small.model,
            parameters: frozen,
            configuration: small.configuration,
            plan: MemoryPlan(
                promptsAtATime: promptsAtATime,
                encodesImageByImage: imageByImage,
                estimatedBytes: 0
            )
        )
        let preparation = SlicePreparation(
            model: small.model,
            configuration: small.configuration,
            encoder: SHA256Digest(of: []),
            cache: nil
        )
        let drawing = BatchDrawing(
            source: small.training,
            sampler: try StratifiedSampler(small.training.entries, settings: SamplingSettings()),
            preparation: preparation,
            configuration: small.configuration
        )
        let batch = try drawing.batch(step: 3)
        let prompts = PromptDrawing(recipe: small.configuration.prompts, edge: small.model.inputSize)
        let boxes = batch.images.map { image in
            var random = CounterRandom(seed: 1, step: 0, item: 0, purpose: .box)
            return prompts.boxes(image.targets, random: &random)
        }
        return try RoundGradients(step, optimiser: optimiser).run(
            batch,
            prompts: boxes,
            labels: batch.labels(edge: small.model.inputSize),
            features: nil
        ).gradients
    }

    // MARK: - Stopping and going on

    @Test func whenARunIsStoppedAndResumed_thenWeightsAreThoseOfAnUninterruptedRun() throws {
        for scope in [TrainingScope.decoder, .adapter] {
            let small = try SmallRun(scope: scope)
            let whole = try withTemporaryFolder { try small.run(in: $0).run() }
            #expect(whole.summary.chosenStep == 4)
            try withTemporaryFolder { folder in
                for stops in 1...3 {
                    let part = try stopAfterOneStep(small, in: folder)
                    #expect(part.weights == nil)
                    #expect(part.summary.outcome == .interrupted && part.summary.steps == stops)
                }
                let resumed = try small.run(in: folder).run()
                #expect(resumed.bits == whole.bits)
                #expect(resumed.summary.curve == whole.summary.curve)
                #expect(resumed.summary.outcome == .completed)
                // Asked once more, a run that has ended answers the same at once.
                let again = try small.run(in: folder).run()
                #expect(again.bits == whole.bits)
            }
        }
    }

    private func stopAfterOneStep(_ small: SmallRun, in folder: URL) throws -> TrainingResult {
        let steps = Mutex(0)
        return try small.run(in: folder).run(
            shouldStop: { steps.withLock { $0 } >= 1 },
            observe: { event in if event.phase == .training { steps.withLock { $0 += 1 } } }
        )
    }

    @Test func whenARunIsStoppedWhileItIsJudged_thenItGoesOnWithJudging() throws {
        let small = try SmallRun(steps: 2)
        let whole = try withTemporaryFolder { try small.run(in: $0).run() }
        try withTemporaryFolder { folder in
            for asked in [1, 4] {
                let questions = Mutex(0)
                let part = try small.run(in: folder).run(
                    shouldStop: {
                        questions.withLock {
                            $0 += 1; return $0 > asked
                        }
                    }
                )
                #expect(part.summary.outcome == .interrupted)
                #expect(part.summary.curve.count == (asked == 1 ? 0 : 1))
            }
            let resumed = try small.run(in: folder).run()
            #expect(resumed.bits == whole.bits)
            #expect(resumed.summary.curve == whole.summary.curve)
        }
    }

    @Test("survives a kill at any operation on its folder", arguments: FaultyStorage.Moment.allCases)
    func whenARunIsKilledAtAnyFileOperation_thenItEndsWithTheSameWeights(moment: FaultyStorage.Moment) throws {
        var small = try SmallRun(steps: 3)
        small.configuration.prompts.rounds = 0
        small.configuration.validation.everySteps = 1
        let counting = FaultyStorage()
        let whole = try withTemporaryFolder { try small.run(in: $0).run(storage: counting, clock: .system) }
        #expect(counting.operations > 8)
        #expect(whole.summary.chosenStep == 3)
        for operation in 0..<counting.operations {
            try withTemporaryFolder { folder in
                #expect(throws: FaultyStorage.Killed.self) {
                    try small.run(in: folder).run(
                        storage: FaultyStorage(failingAt: operation, moment),
                        clock: .system
                    )
                }
                let resumed = try small.run(in: folder).run()
                #expect(resumed.bits == whole.bits, "killed at operation \(operation)")
                #expect(resumed.summary.curve == whole.summary.curve)
                let left = try FileManager.default.contentsOfDirectory(atPath: folder.path)
                #expect(!left.contains { $0.hasPrefix(AtomicFile.temporaryPrefix) })
                #expect(left.filter { $0.hasSuffix(".safetensors") }.count <= 1)
            }
        }
    }

    @Test func whenARunIsKilledAgainAndAgain_thenItEndsWithTheSameWeights() throws {
        var small = try SmallRun(steps: 4)
        small.configuration.prompts.rounds = 1
        let whole = try withTemporaryFolder { try small.run(in: $0).run() }
        #expect(whole.summary.chosenStep == 4)
        var random = CounterRandom(seed: 99, step: 0, item: 0, purpose: .sampling)
        try withTemporaryFolder { folder in
            var kills = 0
            var result: TrainingResult?
            while result == nil {
                let operation = 2 + random.index(below: 5)
                let moment = FaultyStorage.Moment.allCases[random.index(below: 3)]
                do {
                    let storage = FaultyStorage(failingAt: operation, moment)
                    result = try small.run(in: folder).run(storage: storage, clock: .system)
                } catch is FaultyStorage.Killed {
                    kills += 1
                }
            }
            #expect(kills >= 2)
            #expect(result?.bits == whole.bits)
        }
    }

    @Test func whenAFileOfWeightsIsDamaged_thenTheRunSaysSo() throws {
        let small = try SmallRun()
        try withTemporaryFolder { folder in
            _ = try stopAfterOneStep(small, in: folder)
            let name = try #require(
                FileManager.default.contentsOfDirectory(atPath: folder.path).first { $0.hasPrefix("checkpoint") }
            )
            let file = folder.appending(path: name)
            var bytes = try Data(contentsOf: file)
            bytes[bytes.count - 1] ^= 1
            try bytes.write(to: file)
            #expect(throws: TrainingError.self) { try small.run(in: folder).run() }
        }
    }

    @Test func whenTheFolderBelongsToAnotherRun_thenItIsRefusedAndLeftAlone() throws {
        var small = try SmallRun()
        try withTemporaryFolder { folder in
            _ = try stopAfterOneStep(small, in: folder)
            let before = try FileManager.default.contentsOfDirectory(atPath: folder.path).sorted()
            small.configuration.seed += 1
            #expect(throws: TrainingError.self) { try small.run(in: folder).run() }
            let after = try FileManager.default.contentsOfDirectory(atPath: folder.path).sorted()
            #expect(after == before)
        }
    }

    @Test func whenOnlyBudgetsChange_thenTheRunGoesOn() throws {
        var small = try SmallRun(steps: 2)
        let whole = try withTemporaryFolder { try small.run(in: $0).run() }
        try withTemporaryFolder { folder in
            _ = try small.run(in: folder).run(shouldStop: { true })
            small.configuration.timeBudget = 1e9
            small.configuration.secondsBetweenCheckpoints = 1
            let resumed = try small.run(in: folder).run()
            #expect(resumed.bits == whole.bits)
        }
    }

    @Test func whenTimeIsUp_thenTheRunEndsWithTheBestSoFar() throws {
        var small = try SmallRun(steps: 1_000)
        small.configuration.timeBudget = 100
        let time = Atomic<Int>(0)
        try withTemporaryFolder { folder in
            // Every look at the clock is five seconds later than the one before.
            let clock = RunClock { Double(time.wrappingAdd(5, ordering: .relaxed).newValue) }
            let result = try small.run(in: folder).run(storage: DurableRunStorage(), clock: clock)
            #expect(result.summary.outcome == .outOfTime)
            #expect((1..<20).contains(result.summary.steps))
            #expect(result.summary.curve.last?.step == result.summary.steps)
            #expect(result.weights != nil)
        }
    }

    // MARK: - Refusals

    @Test func whenATestPatientIsAmongTheSamples_thenNothingIsTrained() throws {
        var small = try SmallRun()
        for (patient, kind) in [
            ("patient-1", LeakError.Kind.testPatientInTraining), ("patient-10", .testPatientInValidation),
        ] {
            small.testPatients = [patient]
            try withTemporaryFolder { folder in
                #expect(throws: LeakError(kind: kind)) { try small.run(in: folder).run() }
                let left = try FileManager.default.contentsOfDirectory(atPath: folder.path)
                #expect(left.isEmpty)
            }
        }
        small.testPatients = []
        small.validation = SmallRun.samples(patients: 2..<3)
        try withTemporaryFolder { folder in
            _ = #expect(throws: LeakError(kind: .validationPatientInTraining)) { try small.run(in: folder).run() }
        }
    }

    @Test func whenMemoryIsShort_thenStepsAreCutOrRefused() throws {
        var small = try SmallRun()
        let demand = MemoryPlan.Demand(fixed: 1_000, image: 500, prompt: 100)
        small.configuration.imagesPerStep = 2
        small.configuration.prompts.promptsPerImage = 4
        small.configuration.memoryBudget = 2_800
        let whole = try MemoryPlan(demand, configuration: small.configuration)
        #expect(whole.promptsAtATime == 8 && !whole.encodesImageByImage && whole.estimatedBytes == 2_800)
        small.configuration.memoryBudget = 2_799
        #expect(try MemoryPlan(demand, configuration: small.configuration).promptsAtATime == 4)
        small.configuration.memoryBudget = 1_600
        let smallest = try MemoryPlan(demand, configuration: small.configuration)
        #expect(smallest.promptsAtATime == 1 && smallest.encodesImageByImage)
        small.configuration.memoryBudget = 1_599
        #expect(throws: TrainingError.memoryBudget(needed: 1_600, budget: 1_599)) {
            try MemoryPlan(demand, configuration: small.configuration)
        }
    }

    @Test func whenThereIsTooLittle_thenTheRunDoesNotBegin() throws {
        var small = try SmallRun()
        small.configuration.minimum = MinimumCounts(cases: 4, slicesPerSegment: 1)
        try withTemporaryFolder { folder in
            _ = #expect(throws: TrainingError.self) { try small.run(in: folder).run() }
        }
        small.configuration.minimum = MinimumCounts(cases: 1, slicesPerSegment: 7)
        try withTemporaryFolder { folder in
            let error = #expect(throws: TrainingError.self) { try small.run(in: folder).run() }
            #expect(error?.description.contains("bar: 3, disc: 6") == true)
        }
    }

    @Test func whenOneSegmentHasTooFewSlices_thenTheOthersAreLearnt() throws {
        var small = try SmallRun()
        small.configuration.minimum = MinimumCounts(cases: 1, slicesPerSegment: 5)
        try withTemporaryFolder { folder in
            let result = try small.run(in: folder).run()
            #expect(result.weights != nil && result.summary.leftOut == ["bar": 3])
            #expect(result.summary.sliceCounts[0] == 6)
            // What is not learnt is still looked at: it may be forgotten.
            #expect(result.summary.chosenScore.map { Set($0.segments.keys) } == ["bar", "disc"])
        }
    }

    @Test func whenASegmentIsLeftOut_thenItsSlicesAreGoneAndItsMasksToo() throws {
        let source = SmallRun.samples(patients: 0..<2)
        let rest = WithoutSegments(source, leavingOut: ["disc"])
        #expect(rest.entries.map(\.sliceID) == ["slice-0", "slice-0"])
        #expect(rest.entries.allSatisfy { $0.segments == ["bar"] })
        let sample = try rest.sample(at: 1, window: .none)
        #expect(sample.structures.map(\.segment) == ["bar"])
        #expect(sample.image.pixels == source.sample(at: 2, window: .none).image.pixels)
        // A case that showed nothing else does not count as one to learn from.
        let data = TrainingData(training: source, validation: nil, testPatients: [])
        let minimum = MinimumCounts(cases: 3, slicesPerSegment: 3)
        #expect(throws: TrainingError.self) { try data.leavingOutSparseSegments(minimum) }
    }

    // MARK: - Progress

    @Test func whenARunGoesOn_thenItsEventsAreSeenAndWritten() throws {
        let small = try SmallRun()
        try withTemporaryFolder { folder in
            let seen = Mutex<[TrainingProgress]>([])
            _ = try small.run(in: folder).run(observe: { event in seen.withLock { $0.append(event) } })
            let events = seen.withLock { $0 }
            #expect(events.filter { $0.phase == .training }.map(\.step) == [1, 2, 3, 4])
            #expect(events.filter { $0.phase == .validating }.map(\.step) == [0, 2, 4])
            #expect(events.last?.phase == .finished && events.last?.outcome == .completed)
            #expect(events.filter { $0.phase == .training }.allSatisfy { ($0.loss?.total ?? 0) > 0 })
            let log = ProgressLog(RawPath(folder.appending(path: "progress.jsonl").path))
            #expect(log.events() == events.filter { $0.phase != .preparing })
        }
    }

    @Test func whenTheLastLineIsTorn_thenTheLogGoesOn() throws {
        try withTemporaryFolder { folder in
            let file = folder.appending(path: "progress.jsonl")
            let log = ProgressLog(RawPath(file.path))
            let events = (1...4).map { TrainingProgress(phase: .training, step: $0, steps: 9) }
            for event in events.prefix(3) { log.append(event) }
            var bytes = try Data(contentsOf: file)
            bytes.removeLast(7)
            try bytes.write(to: file)
            #expect(log.events() == Array(events.prefix(2)))
            // The run resumes before the torn step, or behind it.
            log.append(events[1])
            log.append(events[3])
            #expect(log.events() == [events[0], events[1], events[3]])
        }
    }
}
