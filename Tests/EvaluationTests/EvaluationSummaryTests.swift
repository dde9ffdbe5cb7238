import DICOMSegmentation
import Evaluation
import Testing
import Training

@Suite("Summaries of evaluations")
struct EvaluationSummaryTests {
    private func evaluation(patients: Int) throws -> ModelEvaluation {
        try Phantom.model("model", Phantom.manifest(patients: patients)) { phantom in
            phantom.found(missing: 0.1 * Double(phantom.patient), seed: 9)
        }
    }

    @Test("means are those over cases, and the mean over structures is the mean of these")
    func whenCasesAreSummarised_thenMeansArePlain() throws {
        let evaluation = try evaluation(patients: 6)
        let summary = EvaluationSummary(evaluation, seed: 3)
        #expect(summary.rows.map(\.name) == Phantom.names.flatMap { [$0, $0] })
        for row in summary.rows {
            let found = evaluation.cases.compactMap { one in
                one.structures.first { $0.name == row.name }.flatMap {
                    row.kind == .perfect ? $0.perfect : $0.automatic
                }
            }
            #expect(abs(row.dice.value - found.map(\.dice).reduce(0, +) / 6) < 1e-12)
            let surfaces = found.compactMap { $0.surface?.surfaceDice }
            #expect(abs((row.surfaceDice?.value ?? 0) - surfaces.reduce(0, +) / 6) < 1e-12)
            #expect(row.dice.cases == 6 && row.present == 6 && row.found == 6)
            let interval = try #require(row.dice.interval)
            #expect(interval.unit == .patients && interval.count == 6)
            #expect(interval.lower < row.dice.value && row.dice.value < interval.upper)
        }
        let perfect = summary.rows.filter { $0.kind == .perfect }.map(\.dice.value)
        let overall = try #require(summary.overall.first { $0.kind == .perfect })
        #expect(abs(overall.dice.value - perfect.reduce(0, +) / Double(perfect.count)) < 1e-12)
        #expect(summary.scanners.map(\.name) == ["Maker & Two", "Maker & Two", "Maker <One>", "Maker <One>"])
        #expect(summary.scanners.allSatisfy { $0.dice.cases == 3 })
    }

    @Test("with one patient intervals are over slices and say so")
    func whenThereIsOnePatient_thenTheIntervalIsOfSlices() throws {
        let summary = EvaluationSummary(try evaluation(patients: 1))
        let interval = try #require(summary.overall[0].dice.interval)
        #expect(interval.unit == .slices)
        #expect(interval.meaning.contains("says nothing of other patients"))
        #expect(summary.rows.allSatisfy { $0.surfaceDice?.interval == nil })
    }

    @Test("what was not found counts as missed, and has no distance")
    func whenAStructureIsMissed_thenItCountsAsMissed() throws {
        let missed = try Phantom.model("model", Phantom.manifest(patients: 2)) { phantom in
            var masks = phantom.truths
            if phantom.patient == 1 { masks[2] = .init(frameCount: Phantom.slices) }
            return masks
        }
        let row = try #require(
            EvaluationSummary(missed).rows.first { $0.name == Phantom.names[2] && $0.kind == .automatic }
        )
        #expect(row.dice.value == 0.5 && row.present == 2 && row.found == 1)
        #expect(row.hausdorff95?.cases == 1 && row.hausdorff95?.value == 0)
        #expect(row.surfaceDice?.value == 0.5)
    }

    @Test("boxes that are too large by two pixels say so, and are worth what they fill")
    func whenBoxesAreTooLarge_thenTheErrorIsOutward() throws {
        let summary = EvaluationSummary(try evaluation(patients: 2))
        for row in summary.rows where row.kind == .automatic {
            #expect(row.boxInner?.value == 0)
            #expect(abs((row.boxOuter?.value ?? 0) - 2 * 256 / Double(Phantom.columns)) < 1e-9)
            #expect((row.boxFillDice?.value ?? 1) < 0.8 && (row.boxFillDice?.value ?? 0) > 0.2)
        }
        for row in summary.rows where row.kind == .perfect { #expect(row.boxOuter?.value == 0) }
    }

    @Test("the paper's means are plain means over masks")
    func whenThePaperIsFollowed_thenEveryMaskCountsOnce() throws {
        var evaluation = try evaluation(patients: 2)
        func trial(_ slice: Int, _ right: Int) -> PromptTrial {
            let mask = (0..<4).map { $0 < right ? UInt8(1) : 0 }
            return PromptTrial(slice: slice, prompting: .box, mask: mask, truth: [1, 1, 1, 1])
        }
        evaluation.cases[0].structures[0].paper = [trial(2, 4), trial(3, 2)]
        evaluation.cases[1].structures[1].paper = [trial(3, 1)]
        let paper = EvaluationSummary(evaluation).paper
        #expect(paper.count == 1 && paper[0].masks == 3 && paper[0].prompting == .box)
        #expect(abs(paper[0].dice.value - (1 + 0.6667 + 0.4) / 3) < 1e-12)
        #expect(abs(paper[0].iou.value - (1 + 0.5 + 0.25) / 3) < 1e-12)
        #expect(paper[0].dice.interval?.unit == .slices)
    }
}
