import Checkpoints
import LiteMedSAM
import SegmentAnything
import Tensors
import Testing

@Suite("Verification of an installation")
struct VerificationTests {
    @Test("passes from the bytes of the slice to the masks")
    func whenTheWeightsAreThePublishedOnes_thenEveryTensorPasses() throws {
        let file = try Golden("synth").file
        #expect(LiteMedSAMVerification.recognizes(file))

        let differences = try LiteMedSAMVerification(file).run(PublishedWeights.model.get())

        let boxes = try #require(file.shape(of: "boxes_orig"))[0]
        #expect(differences.count == 2 + 18 + 1 + 3 + boxes)
        for difference in differences {
            #expect(difference.passes, "\(difference.name): \(difference.largest) > \(difference.tolerance)")
        }
    }

    @Test("notices a small change of one weight")
    func whenAWeightDiffers_thenTheVerificationFails() throws {
        var parameters = try PublishedWeights.parameters.get()
        let name = "image_encoder.neck.3.bias"
        var values = try parameters.require(name, shape: [256]).values
        values[17] += 1e-3
        parameters.tensors[name] = Tensor(values, shape: [256])

        let differences = try LiteMedSAMVerification(Golden("ct").file).run(LiteMedSAMModel(parameters: parameters))

        #expect(differences.filter { !$0.passes }.map(\.name).contains("embedding"))
        let failedStages = differences.filter { $0.name.hasPrefix("enc/") && !$0.passes }
        #expect(failedStages.isEmpty)
    }

    @Test("refuses a file of another layout")
    func whenTheFileHoldsNoSlice_thenItIsRefused() throws {
        let file = try Golden("prep").file
        #expect(!LiteMedSAMVerification.recognizes(file))
        #expect(throws: CheckpointError.missingTensor("image_u8")) {
            try LiteMedSAMVerification(file).run(PublishedWeights.model.get())
        }
    }

    @Test("takes a normalised input as well as a slice")
    func whenTheInputIsNormalisedAlready_thenTheEmbeddingIsTheReference() throws {
        let golden = try Golden("ct")
        let grey = try golden.tensor("input_1ch").values
        let input = Tensor(grey + grey + grey, shape: [1, 3, 256, 256])

        let features = try PublishedWeights.model.get().embed(input: input)

        #expect(largestDifference(features.values, try golden.embedding().features.values) <= 1e-5)
    }
}
