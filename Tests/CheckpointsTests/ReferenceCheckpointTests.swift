import Checkpoints
import DurableFiles
import Foundation
import Tensors
import TestSupport
import Testing

@Suite("Reading checkpoints that PyTorch wrote")
struct ReferenceCheckpointTests {
    private func load(_ name: String) throws -> [String: Tensor] {
        try CheckpointFile.load(RawPath(SharedFiles.reference("sam-med2d/golden/\(name)").path)).tensors
    }

    @Test(
        "every container of the small model holds the same tensors",
        arguments: ["tiny_plain.pth", "tiny_wrapped.pth", "tiny_weights.safetensors"])
    func whenLoadingAnyContainer_thenTensorsAreThose(name: String) throws {
        let loaded = try load(name)
        let expected = try load("tiny_weights.safetensors")
        #expect(Set(loaded.keys) == Set(expected.keys))
        for (name, tensor) in loaded {
            #expect(tensor.shape == expected[name]?.shape, "\(name)")
            #expect(tensor.values == GeneratedWeights.values(named: name, shape: tensor.shape), "\(name)")
        }
    }

    @Test("half-precision weights are the full ones, rounded")
    func whenLoadingHalfPrecision_thenValuesAreRounded() throws {
        let loaded = try load("tiny_plain_f16.pth")
        let expected = try load("tiny_weights.safetensors")
        #expect(Set(loaded.keys) == Set(expected.keys))
        for (name, tensor) in loaded {
            #expect(tensor.values == expected[name]?.values.map { Float(Float16($0)) }, "\(name)")
        }
    }

    @Test("an optimiser object beside the weights is passed over")
    func whenFileHoldsOptimiserObject_thenModelAloneIsLoaded() throws {
        let loaded = try load("tiny_trained_with_optimizer_object.pth")
        let expected = try load("tiny_weights.safetensors")
        #expect(Set(loaded.keys) == Set(expected.keys))
        for (name, tensor) in loaded { #expect(tensor.shape == expected[name]?.shape, "\(name)") }
    }

    @Test("the published LiteMedSAM weights have 408 tensors and their digest")
    func whenLoadingPublishedLiteMedSAM_thenAllTensorsAreThere() throws {
        let path = RawPath(SharedFiles.cache.appending(path: "weights/lite_medsam.pth").path)
        let weights = try CheckpointFile.load(path)
        #expect(weights.tensors.count == 408)
        #expect(weights.tensors.values.reduce(0) { $0 + $1.count } == 9_791_300 + 9_856 + 256)
        _ = try weights.require("image_encoder.patch_embed.seq.0.c.weight", shape: [32, 3, 1, 1])
        #expect(!weights.tensors.keys.contains { $0.hasSuffix("num_batches_tracked") })
    }
}
