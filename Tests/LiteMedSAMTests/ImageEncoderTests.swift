import LiteMedSAM
import SegmentAnything
import Tensors
import Testing

@Suite("The image encoder with the published weights")
struct ImageEncoderTests {
    @Test("gives every stage and the embedding", arguments: ["ct", "synth"])
    func whenASliceIsEncoded_thenEveryStageIsTheReference(file: String) throws {
        let golden = try Golden(file)
        let encoder = try PublishedWeights.encoder.get()
        var stages: [String: [Float]] = [:]

        let recorder = Recorder { stage, value in stages[stage] = sampled(value) }
        let embedding = encoder(try NetworkInput(golden.image("image_u8")), recorder: recorder)

        #expect(stages.count == 18)
        for (stage, values) in stages {
            let expected = try golden.tensor("enc/\(stage)").values
            let largest = expected.map(abs).max() ?? 0
            let difference = largestDifference(values, expected)
            #expect(difference <= 2e-5 * largest + 1e-5, "\(stage)")
        }
        let expected = try golden.tensor("embedding").reshaped([256, 4096]).transposed()
        #expect(largestDifference(embedding.values, expected.values) <= 1e-5)
    }

    @Test("works the same in tiles and in one piece", arguments: [0, 1])
    func whenAMapIsTiled_thenTheSeamsDoNotShow(stride: Int) throws {
        let encoder = try PublishedWeights.encoder.get()
        let bottleneck = stride == 0 ? encoder.firstStage[1].bottleneck : encoder.merging[0]
        let x = Tensor.random([256, 256, 64], seed: 5)

        let tiled = bottleneck(x)

        let hidden = bottleneck.expand(x, activation: .gelu)
        let whole = bottleneck.project(
            bottleneck.depthwise(hidden.reshaped([1] + hidden.shape), activation: .gelu)
        )
        #expect(largestDifference(tiled.values, whole.values) <= 1e-5)
    }

    @Test("looks grey pixels up without changing a bit")
    func whenFeaturesAreLookedUpByByte_thenTheyAreThoseOfThePixels() throws {
        let encoder = try PublishedWeights.encoder.get()
        let input = try NetworkInput(Golden("ct").image("image_u8"))
        let block = encoder.firstStage[0].bottleneck
        let features = ByteFeatures(
            levels: input.levels,
            embedding: encoder.patchEmbedding,
            block: encoder.firstStage[0]
        )

        let embedded = ByteFeatures.lookUp(input.paddedBytes[...], columns: 256, in: features.embedded)
        let expanded = ByteFeatures.lookUp(input.paddedBytes[...], columns: 256, in: features.expanded)

        let computed = encoder.patchEmbedding(input.pixels)
        #expect(embedded.values == computed.values)
        #expect(expanded.values == block.expand(computed, activation: .gelu).values)
    }
}
