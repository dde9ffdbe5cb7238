import DurableFiles
import Evaluation
import Foundation
import Pipeline
import SegmentAnything
import TestSupport
import Testing
import Training

@Suite("The evaluation of reviewed cases")
struct CaseEvaluatorTests {
    @Test("perfect boxes give back what they were made from", arguments: ["odd23x38", "oblique", "enhanced"])
    func whenTheModelDrewTheTruth_thenPerfectBoxesScoreOne(name: String) throws {
        try withTemporaryFolder { folder in
            let reviewed = try ReviewedSeries(name, in: folder)
            let evaluation = try reviewed.evaluator().evaluate(AnnotatedSeries.model(ThresholdNetwork()))
            let one = try #require(evaluation.cases.first)
            #expect(evaluation.manifest == reviewed.manifest.digest && evaluation.cases.count == 1)
            #expect(one.priorRefusal == "NO_ATLAS")
            #expect(one.structures.map(\.name) == ["ct-abdomen/liver", "ct-abdomen/spleen"])
            for structure in one.structures {
                #expect(structure.automatic == nil && structure.paper == nil)
                #expect(structure.perfect.dice == 1 && structure.perfect.sliceDice == 1)
                #expect(structure.perfect.surface?.hausdorff95 == 0)
                #expect(structure.perfect.volumeML == structure.truthML && structure.truthML > 0)
                #expect(structure.perfect.boxInner == 0 && structure.perfect.boxIoU == 1)
            }
            #expect(one.scores.count == 2 && one.scores.allSatisfy { $0.dice == 1 && $0.isFound })
        }
    }

    @Test("a network that draws less scores as many pixels as it has right")
    func whenTheModelDrawsLess_thenTheScoreIsItsOverlap() throws {
        try withTemporaryFolder { folder in
            let reviewed = try ReviewedSeries("odd23x38", in: folder)
            let dim = try reviewed.evaluator().evaluate(AnnotatedSeries.model(ThresholdNetwork(threshold: 160)))
            for structure in try #require(dim.cases.first).structures {
                let counts = structure.perfect.slices
                let found = counts.reduce(0) { $0 + $1.predicted }
                let truth = counts.reduce(0) { $0 + $1.truth }
                // What is brighter than 160 is brighter than 127 too.
                #expect(counts.allSatisfy { $0.intersection == $0.predicted })
                #expect(found < truth)
                #expect(structure.perfect.dice == 2 * Double(found) / Double(found + truth))
            }
        }
    }

    @Test("a finished case is not computed again, unless something that it depends on changed")
    func whenACaseIsFinished_thenItIsKept() throws {
        try withTemporaryFolder { folder in
            let reviewed = try ReviewedSeries("odd23x38", in: folder)
            let counter = Counter()
            let model = AnnotatedSeries.model(ThresholdNetwork(beforeEncoding: { counter.increment() }))
            let evaluator = try reviewed.evaluator()
            let first = try evaluator.evaluate(model)
            let slices = counter.value
            #expect(slices > 0)
            var steps: Set<CaseEvaluator.Progress.Step> = []
            let second = try evaluator.evaluate(model) { progress in
                steps.insert(progress.step)
                return true
            }
            #expect(second == first && counter.value == slices && steps == [.known])
            var other = evaluator
            other.options.tolerance = 3
            _ = try other.evaluate(model)
            #expect(counter.value == 2 * slices)
        }
    }

    @Test("a run that is stopped leaves no half of a case")
    func whenTheCallerStops_thenNothingIsKept() throws {
        try withTemporaryFolder { folder in
            let reviewed = try ReviewedSeries("odd23x38", in: folder)
            let evaluator = try reviewed.evaluator()
            #expect(throws: AnnotationError.self) {
                try evaluator.evaluate(AnnotatedSeries.model(ThresholdNetwork())) { $0.done == 0 }
            }
            #expect(try FolderScan.entries(of: evaluator.folder).isEmpty)
        }
    }

    @Test(
        "files that are not those of the manifest are not evaluated",
        arguments: ["image", "truth", "uid", "segment"]
    )
    func whenFilesDiffer_thenTheCaseIsRefused(what: String) throws {
        try withTemporaryFolder { folder in
            let reviewed = try ReviewedSeries("odd23x38", in: folder)
            var changed = reviewed.reviewed
            switch what {
            case "image": changed.instances[2].sha256 = SHA256Digest(of: [1])
            case "truth": changed.truth.sha256 = SHA256Digest(of: [1])
            case "uid": changed.truth.sopInstanceUID = "1.2.3"
            default: changed.segments[0].number = 77
            }
            let evaluator = try reviewed.evaluator(ReviewedSeries.manifest(changed))
            #expect(throws: CaseManifestError.self) {
                try evaluator.evaluate(AnnotatedSeries.model(ThresholdNetwork()))
            }
        }
    }

    @Test("the paper's protocol scores one mask for each structure and slice")
    func whenThePaperIsFollowed_thenEveryMaskHasATrial() throws {
        try withTemporaryFolder { folder in
            let reviewed = try ReviewedSeries("odd23x38", in: folder)
            var evaluator = try reviewed.evaluator()
            evaluator.options.includesPaperProtocol = true
            evaluator.options.includesPipeline = false
            let evaluation = try evaluator.evaluate(AnnotatedSeries.model(ThresholdNetwork()))
            let one = try #require(evaluation.cases.first)
            #expect(one.priorRefusal == nil)
            for structure in one.structures {
                let slices = structure.perfect.slices.count { $0.truth > 0 }
                #expect(structure.paper?.count == slices && structure.paper?.allSatisfy { $0.dice == 1 } == true)
            }
        }
    }
}
