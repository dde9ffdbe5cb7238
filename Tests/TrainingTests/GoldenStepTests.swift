import Checkpoints
import SAMMed2D
import SegmentAnything
import Tensors
import Testing
import Training

@Suite("A training step of SAM-Med2D is the published code's")
struct GoldenStepTests {
    static let steps = GoldenStep.all.map(\.name)

    private static func outcome(_ name: String) throws -> (GoldenStep, GoldenStep.Outcome) {
        let kind = try #require(GoldenStep.all.first { $0.name == name })
        let step = try GoldenStep(kind.name, scope: kind.scope)
        return (step, try step.run())
    }

    @Test("in its masks and its loss", arguments: steps)
    func whenAStepIsTaken_thenMasksAndLossAreTheReference(name: String) throws {
        let (step, outcome) = try Self.outcome(name)
        let statement = try step.statement()
        let masks = try step.expected.tensor("out/low_res_selected")
        #expect(largestDifference(masks, outcome.chosen.logits) <= 5e-6)
        #expect(largestDifference(try step.expected.tensor("out/iou_selected"), outcome.chosen.predictedIoU) <= 2e-6)
        #expect(abs(outcome.loss.value - statement.loss) <= 2e-6)
        #expect(abs(outcome.loss.pixels - statement.focal) <= 1e-6)
        #expect(abs(outcome.loss.dice - statement.dice) <= 1e-6)
        #expect(abs(outcome.loss.quality - statement.quality) <= 1e-6)
    }

    @Test("in every gradient, and in which parameters have none", arguments: steps)
    func whenAStepIsTaken_thenEveryGradientIsTheReference(name: String) throws {
        let (step, outcome) = try Self.outcome(name)
        let prefix = "grad/"
        let names = step.expected.names.filter { $0.hasPrefix(prefix) }.map { String($0.dropFirst(prefix.count)) }
        for name in names {
            let expected = try step.expected.tensor(prefix + name)
            let largest = expected.values.reduce(0) { max($0, abs($1)) }
            guard let found = outcome.gradients[name] else {
                // The reference computes masks that nobody chooses, whose gradients are zero.
                #expect(largest == 0, "\(name) has no gradient")
                continue
            }
            #expect(found.shape == expected.shape)
            // Where the true gradient is zero (a key's bias moves all logits of a softmax alike), both are rounding.
            let tolerance = max(1e-4 * largest, 2e-9)
            let difference = largestDifference(expected, found)
            #expect(difference <= tolerance, "\(name): \(difference) of \(largest)")
        }
        let withoutGradient = try step.statement().withoutGradient
        #expect(!withoutGradient.isEmpty && withoutGradient.allSatisfy { outcome.gradients[$0] == nil })
        #expect(Set(outcome.gradients.keys).isSubset(of: names))
    }

    @Test("in the parameters after a step of Adam", arguments: steps)
    func whenAdamSteps_thenParametersAreTheReferences(name: String) throws {
        let (step, outcome) = try Self.outcome(name)
        var optimiser = Optimiser(outcome.learning, settings: .adam)
        optimiser.step(outcome.packedGradients, learningRate: 1e-4)
        try check(optimiser, step, outcome, prefix: "after_adam/")
    }

    @Test func whenAdamWSteps_thenParametersAreTheReferences() throws {
        let (step, outcome) = try Self.outcome("box_first")
        let settings = OptimiserSettings(rule: .adamW, weightDecay: 0.01, decaysVectors: true)
        var optimiser = Optimiser(outcome.learning, settings: settings)
        optimiser.step(outcome.packedGradients, learningRate: 1e-4)
        try check(optimiser, step, outcome, prefix: "after_adamw/")
    }

    private func check(
        _ optimiser: Optimiser,
        _ step: GoldenStep,
        _ outcome: GoldenStep.Outcome,
        prefix: String
    ) throws {
        var parameters = optimiser.parameters
        parameters.packed = outcome.learning.packed
        let found = parameters.unpacked().tensors
        let names = step.expected.names.filter { $0.hasPrefix(prefix) }.map { String($0.dropFirst(prefix.count)) }
        try #require(!names.isEmpty)
        for name in names {
            let gradient = try step.expected.tensor("grad/" + name)
            guard let values = found[name]?.values else {
                #expect(gradient.values.allSatisfy { $0 == 0 }, "\(name) does not learn")
                continue
            }
            let expected = try step.expected.tensor(prefix + name).values
            let isRounding = gradient.values.allSatisfy { abs($0) < 1e-8 } && gradient.values.contains { $0 != 0 }
            for (index, slope) in gradient.values.enumerated() {
                // The first step goes by g / (|g| + 1e-8): where g is rounding, so is the direction.
                let tolerance: Float = isRounding ? 2e-5 : 1e-6
                let difference = abs(values[index] - expected[index])
                if difference > tolerance {
                    Issue.record("\(name)[\(index)]: \(difference), gradient \(slope)")
                    break
                }
            }
        }
    }
}

/// The largest absolute difference; infinite when the numbers of elements differ or a value is not a number.
func largestDifference(_ expected: Tensor, _ found: Tensor) -> Float {
    guard expected.count == found.count else { return .infinity }
    return zip(expected.values, found.values).reduce(0) { largest, pair in
        let difference = abs(pair.0 - pair.1)
        return difference.isNaN ? .infinity : max(largest, difference)
    }
}
