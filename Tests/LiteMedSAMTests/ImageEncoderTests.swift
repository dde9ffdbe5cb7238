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

        let embedding = encoder(try NetworkInput(golden.image("image_u8"))) { stage, value in
            stages[stage] = sampled(value)
        }

        #expect(stages.count == 18)
        for (stage, values) in stages {
            let expected = try golden.tensor("enc/\(stage)").values
            let largest = expected.map(abs).max() ?? 0
            let difference = largestDifference(values, expected)
            print(file, stage, difference)
            #expect(difference <= 2e-5 * largest + 1e-5, "\(stage)")
        }
        let expected = try golden.tensor("embedding").reshaped([256, 4096]).transposed()
        print(file, largestDifference(embedding.values, expected.values))
        #expect(largestDifference(embedding.values, expected.values) <= 1e-5)
    }
}
