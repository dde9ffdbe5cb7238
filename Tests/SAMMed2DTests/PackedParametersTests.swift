import Checkpoints
import SegmentAnything
import Tensors
import TestSupport
import Testing

@testable import SAMMed2D

@Suite("Convolutions' weights can be held as they are computed with")
struct PackedParametersTests {
    private func parameters() throws -> NamedTensors { try GoldenFiles.open("tiny_weights").namedTensors() }

    @Test func whenAllConvolutionsArePacked_thenTheNetworkIsTheSame() throws {
        let plain = try parameters()
        let packed = try plain.packingConvolutions(among: plain.tensors.keys)
        #expect(packed.packed.count == 2 * 4 + 2 + 2 + 3 + 1)
        let models = (try SAMMed2DModel(plain), try SAMMed2DModel(packed))
        #expect(models.0.configuration == models.1.configuration)
        let image = ReferenceWeights.uniform("image", shape: [1, 128, 128, 3], power: 1)
        #expect(models.0.imageEncoder(image).values == models.1.imageEncoder(image).values)
    }

    @Test func whenTheyAreUnpacked_thenTheyAreTheCheckpointsAgain() throws {
        let plain = try parameters()
        let packed = try plain.packingConvolutions(among: plain.tensors.keys)
        #expect(plain.tensors.keys.allSatisfy { packed.checkpointShape(of: $0) == plain.tensors[$0]?.shape })
        let back = try packed.packingConvolutions(among: plain.tensors.keys).unpacked()
        #expect(back.packed.isEmpty)
        for (name, tensor) in plain.tensors {
            #expect(back.tensors[name]?.shape == tensor.shape)
            #expect(back.tensors[name]?.values == tensor.values, "\(name)")
        }
    }

    @Test func whenALeafIsPacked_thenALayerTakesItsMemory() throws {
        let name = "image_encoder.blocks.0.Adapter.spatial.2"
        var packed = try parameters().packingConvolutions(among: [name + ".weight"])
        let leaf = try #require(packed.tensors[name + ".weight"]).tracked()
        packed.tensors[name + ".weight"] = leaf
        let layer = try packed.transposedConvolution(name, shape: [40, 40, 4, 4], hasBias: false)
        #expect(
            leaf.withUnsafeBufferPointer { $0.baseAddress } == layer.packed.withUnsafeBufferPointer { $0.baseAddress }
        )
        let gradient = layer(GradientCheck.noise([1, 2, 2, 40], seed: 1)).gradients(of: [leaf])[0]
        #expect(try #require(gradient).shape == [4, 40, 2, 2, 40])
        let gradients = NamedTensors([name + ".weight": try #require(gradient)], packed: [name + ".weight"])
        #expect(gradients.unpacked().tensors[name + ".weight"]?.shape == [40, 40, 4, 4])
    }

    @Test func whenAPackedWeightHasAnotherShape_thenTheErrorNamesIt() throws {
        let name = "mask_decoder.output_upscaling.0"
        let packed = try parameters().packingConvolutions(among: [name + ".weight"])
        #expect(throws: CheckpointError.self) { try packed.transposedConvolution(name, shape: [32, 8, 4, 4]) }
        #expect(throws: CheckpointError.self) { try packed.convolution(name, shape: [8, 32, 2, 2]) }
        #expect(throws: CheckpointError.self) {
            try packed.packing(convolutions: ["nothing.weight"], transposedConvolutions: [])
        }
    }
}
