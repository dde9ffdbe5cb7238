import Checkpoints
import LiteMedSAM
import SegmentAnything
import Tensors
import Testing

@Suite("What LiteMedSAM refuses")
struct RefusalTests {
    private let box = Prompt.Box(x0: 10, y0: 10, x1: 60, y1: 50)

    @Test("points, with or without a box")
    func whenAPromptHasPoints_thenItIsRefusedInPlainWords() throws {
        let points = [Prompt.Point(x: 30, y: 30, label: 1)]
        for prompt in [Prompt(points: points), Prompt(box: box, points: points)] {
            let error = try #require(throws: ModelError.self) { try decode([Prompt(box: box), prompt]) }
            guard case .unsupportedPrompt(let reason) = error else {
                Issue.record("\(error)")
                return
            }
            #expect(reason.contains("boxes only") && reason.contains("points"))
        }
    }

    @Test("mask prompts and prompts without anything")
    func whenAPromptHasAMaskOrNothing_thenItIsRefused() throws {
        for prompt in [Prompt(box: box, mask: Tensor(zeros: [256, 256])), Prompt()] {
            let error = try #require(throws: ModelError.self) { try decode([prompt]) }
            guard case .unsupportedPrompt = error else {
                Issue.record("\(error)")
                return
            }
        }
    }

    @Test("boxes that are no boxes")
    func whenCornersAreNotFiniteOrNotInOrder_thenTheBoxIsRefused() {
        for box in [
            Prompt.Box(x0: .nan, y0: 0, x1: 5, y1: 5),
            Prompt.Box(x0: 0, y0: 0, x1: .infinity, y1: 5),
            Prompt.Box(x0: 9, y0: 0, x1: 5, y1: 5),
        ] {
            #expect(throws: ModelError.self) { try decode([Prompt(box: box)]) }
        }
    }

    @Test("embeddings of another network")
    func whenTheEmbeddingHasAnotherGrid_thenItIsRefused() throws {
        let features = Tensor(zeros: [256, 256])
        let foreign = ImageEmbedding(features: features, grid: 16, sourceRows: 100, sourceColumns: 100)
        let model = try PublishedWeights.model.get()
        #expect(throws: ModelError.self) { try model.decode([Prompt(box: box)], on: foreign) }
    }

    @Test("inputs of another size in verification")
    func whenAnInputHasAnotherSize_thenItIsRefused() throws {
        let model = try PublishedWeights.model.get()
        #expect(throws: ModelError.self) { try model.embed(input: Tensor(zeros: [1, 3, 128, 128])) }
    }

    @Test("checkpoints that lack a tensor or have one of another shape")
    func whenATensorIsMissingOrMisshapen_thenTheCheckpointIsRefused() throws {
        let name = "image_encoder.layers.2.blocks.5.mlp.fc2.bias"
        var parameters = try PublishedWeights.parameters.get()
        parameters.tensors[name] = nil
        #expect(throws: CheckpointError.missingTensor(name)) { try LiteMedSAMModel(parameters: parameters) }
        parameters.tensors[name] = Tensor(zeros: [161])
        #expect(throws: CheckpointError.wrongShape(name: name, expected: [160], found: [161])) {
            try LiteMedSAMModel(parameters: parameters)
        }
    }

    @Test("and says so beforehand")
    func whenTraitsAreAsked_thenTheyNameBoxesAlone() throws {
        let traits = try PublishedWeights.model.get().traits
        #expect(traits.architecture == "litemedsam" && traits.inputSize == 256)
        #expect(!traits.takesPoints && !traits.takesMasks)
    }

    private func decode(_ prompts: [Prompt]) throws -> [MaskPrediction] {
        try PublishedWeights.model.get().decode(prompts, on: Golden("ct").embedding())
    }
}
