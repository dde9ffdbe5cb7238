import Checkpoints
import SegmentAnything
import Tensors
import Testing

@testable import SAMMed2D

@Suite("A SAM-Med2D model reads its sizes from a checkpoint and refuses what it cannot use")
struct SAMMed2DModelTests {
    @Test func theSizesOfTheSmallModelAreInferred() throws {
        let configuration = try GoldenFiles.tinyModel().configuration
        #expect(configuration.inputSize == 128 && configuration.patchSize == 16 && configuration.grid == 8)
        #expect(configuration.width == 40 && configuration.depth == 4 && configuration.heads == 4)
        #expect(configuration.windowSize == 5 && configuration.globalBlocks == [1, 3] && configuration.hasAdapters)
    }

    /// A small model in the style of the original Segment Anything: 1,024 pixels, no adapters, windows of 14.
    private func originalShapes() throws -> [String: [Int]] {
        var shapes: [String: [Int]] = [:]
        for name in try GoldenFiles.open("tiny_weights").names where !name.contains("Adapter") {
            var shape = try #require(try GoldenFiles.open("tiny_weights").shape(of: name))
            if name.contains("rel_pos") {
                shape[0] = name.contains("blocks.1.") || name.contains("blocks.3.") ? 127 : 27
            }
            if name.hasSuffix("pos_embed") { shape = [1, 64, 64, 40] }
            shapes[name] = shape
        }
        return shapes
    }

    @Test func whenWeightsAreThoseOfTheOriginal_thenTablesShrinkTo256Pixels() throws {
        let parameters = ReferenceWeights.parameters(try originalShapes())
        let model = try SAMMed2DModel(parameters)
        #expect(model.configuration.inputSize == 256 && model.configuration.grid == 16)
        #expect(model.configuration.windowSize == 14 && model.configuration.globalBlocks == [1, 3])
        #expect(!model.configuration.hasAdapters)

        var shrunk = parameters
        for (name, table) in parameters.tensors where table.shape.first == 127 {
            shrunk.tensors[name] = table.resizedLinearly(length: 31)
        }
        shrunk.tensors["image_encoder.pos_embed"] = parameters.tensors["image_encoder.pos_embed"]?
            .resizedBilinearly(rows: 16, columns: 16)
        let input = ReferenceWeights.uniform("input", shape: [1, 3, 256, 256], power: 1)
        let expected = try SAMMed2DModel(shrunk).embed(input: input)
        #expect(try model.embed(input: input).values == expected.values)
    }

    @Test func whenATensorIsMissing_thenTheErrorNamesIt() throws {
        var parameters = try GoldenFiles.open("tiny_weights").namedTensors()
        parameters.tensors["mask_decoder.transformer.layers.1.norm3.bias"] = nil
        #expect(throws: CheckpointError.missingTensor("mask_decoder.transformer.layers.1.norm3.bias")) {
            try SAMMed2DModel(parameters)
        }
    }

    @Test func whenATensorHasTheWrongShape_thenTheErrorSaysWhatIsNeeded() throws {
        var parameters = try GoldenFiles.open("tiny_weights").namedTensors()
        parameters.tensors["image_encoder.blocks.2.attn.proj.weight"] = Tensor(zeros: [40, 41])
        let expected = CheckpointError.wrongShape(
            name: "image_encoder.blocks.2.attn.proj.weight",
            expected: [40, 40],
            found: [40, 41]
        )
        #expect(throws: expected) { try SAMMed2DModel(parameters) }
    }

    @Test func whenWeightsAreThoseOfLiteMedSAM_thenTheyAreRefusedByName() {
        let parameters = NamedTensors(["image_encoder.patch_embed.seq.0.c.weight": Tensor(zeros: [32, 3, 1, 1])])
        #expect {
            try SAMMed2DModel(parameters)
        } throws: { error in
            "\(error)".contains("LiteMedSAM")
        }
    }

    private func embedding(_ model: SAMMed2DModel) throws -> ImageEmbedding {
        let pixels = ReferenceWeights.bytes("slice", count: 90 * 110)
        return try model.encode(SliceImage(rows: 90, columns: 110, pixels: pixels))
    }

    @Test func whenAMaskPromptHasTheWrongSize_thenItIsRefused() throws {
        let model = try GoldenFiles.tinyModel()
        let prompt = Prompt(mask: Tensor(zeros: [64, 64]))
        #expect {
            try model.decode([prompt], on: try embedding(model))
        } throws: { error in
            guard case ModelError.invalidInput(let text) = error else { return false }
            return text.contains("[32, 32]") && text.contains("[64, 64]")
        }
    }

    @Test func whenACoordinateIsNotFinite_thenThePromptIsRefused() throws {
        let model = try GoldenFiles.tinyModel()
        let prompt = Prompt(points: [.init(x: .nan, y: 3, label: 1)])
        #expect(throws: ModelError.self) { try model.decode([prompt], on: try embedding(model)) }
        let unknown = Prompt(points: [.init(x: 1, y: 3, label: 7)])
        #expect(throws: ModelError.self) { try model.decode([unknown], on: try embedding(model)) }
    }

    @Test func whenTheEmbeddingIsAnotherModels_thenItIsRefused() throws {
        let model = try GoldenFiles.tinyModel()
        let other = ImageEmbedding(features: Tensor(zeros: [256, 256]), grid: 16, sourceRows: 9, sourceColumns: 9)
        #expect(throws: ModelError.self) { try model.decode([Prompt()], on: other) }
    }

    @Test func masksComeAtTheSizeOfTheSlice() throws {
        for way in Preprocessing.allCases {
            let model = try GoldenFiles.tinyModel(preprocessing: way)
            let box = Prompt(box: .init(x0: 10, y0: 20, x1: 60, y1: 70))
            let predictions = try model.decode([box, box], on: try embedding(model))
            #expect(predictions.map(\.logits.shape) == [[90, 110], [90, 110]])
            #expect(predictions.map(\.lowResLogits.shape) == [[32, 32], [32, 32]])
            #expect(predictions[0].logits.values == predictions[1].logits.values)
        }
    }

    @Test func whenThereAreNoPrompts_thenThereAreNoMasks() throws {
        let model = try GoldenFiles.tinyModel()
        #expect(try model.decode([], on: try embedding(model)).isEmpty)
    }

    @Test func whenAGoldenFileIsAnotherModels_thenTheModelRefusesItsInput() throws {
        let golden = try GoldenFiles.open("verify_vit_b_256")
        #expect(throws: ModelError.self) { try GoldenVerification(golden).run(try GoldenFiles.tinyModel()) }
    }

    @Test func whenTheModelDiffersFromTheGoldenFile_thenVerificationDoesNotPass() throws {
        let golden = try GoldenVerification(GoldenFiles.open("tiny_noadapter"))
        var parameters = try GoldenFiles.open("tiny_weights").namedTensors()
        let differences = try golden.run(try SAMMed2DModel(parameters))
        #expect(!GoldenVerification.passes(differences))
        parameters.tensors = parameters.tensors.filter { !$0.key.contains("Adapter") }
        #expect(GoldenVerification.passes(try golden.run(try SAMMed2DModel(parameters))))
    }
}
