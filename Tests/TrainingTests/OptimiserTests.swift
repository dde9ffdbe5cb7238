import Checkpoints
import DurableFiles
import Foundation
import Tensors
import TestSupport
import Testing
import Training

struct OptimiserTests {
    /// One parameter, five steps of PyTorch 2.13: see `known`.
    private static let start: [Float] = [0.5, -1.25, 2, 0, 1e-3, -3]

    private func golden(_ file: String) throws -> SafetensorsFile {
        let url = SharedFiles.reference("sam-med2d/golden/\(file).safetensors")
        return try SafetensorsFile(RawPath(url.path))
    }

    @Test(
        "One step of Adam gives the reference's parameters",
        arguments: ["box_first", "point_first", "iter_mask_only", "iter_points_mask", "iter_points_mask_promptgrad"]
    )
    func whenAdamSteps_thenParametersAreTheReferences(kind: String) throws {
        #expect(try largestDifference(kind, prefix: "after_adam/", settings: .adam) < 2e-8)
    }

    @Test func whenAdamWStepsWithDecayOfAll_thenParametersAreTheReferences() throws {
        let settings = OptimiserSettings(rule: .adamW, weightDecay: 0.01, decaysVectors: true)
        #expect(try largestDifference("box_first", prefix: "after_adamw/", settings: settings) < 5e-8)
    }

    private func largestDifference(_ kind: String, prefix: String, settings: OptimiserSettings) throws -> Float {
        let step = try golden("tiny_train_\(kind)")
        let weights = try golden("tiny_weights").namedTensors().tensors
        let names = step.names.filter { $0.hasPrefix(prefix) }.map { String($0.dropFirst(prefix.count)) }
        try #require(names.count > 10)
        var optimiser = Optimiser(NamedTensors(weights.filter { names.contains($0.key) }), settings: settings)
        var gradients: [String: Tensor] = [:]
        for name in names { gradients[name] = try step.tensor("grad/\(name)") }
        optimiser.step(gradients, learningRate: 1e-4)
        var largest: Float = 0
        for name in names {
            let expected = try step.tensor(prefix + name)
            let found = try #require(optimiser.parameters.tensors[name])
            largest = zip(expected.values, found.values).reduce(largest) { max($0, abs($1.0 - $1.1)) }
        }
        return largest
    }
}
