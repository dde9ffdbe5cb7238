import Checkpoints
import SegmentAnything
import Tensors
import Testing

@testable import SAMMed2D

@Suite("The image encoder computes what the published code computes")
struct EncoderGoldenTests {
    /// Windows of the reference, padding included, as the map of real tokens that this engine computes.
    private func mapped(_ windows: Tensor, grid: Int) -> Tensor {
        let (edge, width) = (windows.shape[1], windows.shape[3])
        let across = (grid + edge - 1) / edge
        let batch = windows.shape[0] / (across * across)
        let values = windows.values
        var map: [Float] = []
        for token in 0..<batch * grid * grid {
            let (x, y, image) = (token % grid, token / grid % grid, token / grid / grid)
            let window = (image * across + y / edge) * across + x / edge
            let first = ((window * edge + y % edge) * edge + x % edge) * width
            map += values[first..<first + width]
        }
        return Tensor(map, shape: [batch, grid, grid, width])
    }

    @Test func everyModuleOfTheSmallEncoderAgrees() throws {
        let golden = try GoldenFiles.open("tiny_encoder")
        var recorded: [String: Tensor] = [:]
        let model = try GoldenFiles.tinyModel()
        _ = model.imageEncoder(
            try golden.tensor("input.image").channelsLast(),
            recorder: Recorder { recorded[$0] = $1 }
        )
        let names = golden.names.filter { $0 != "input.image" }
        #expect(names.count > 80)
        for name in names {
            let found = try #require(recorded[name], "\(name) is not recorded")
            var expected = try golden.tensor(name)
            if name.contains(".attn"), expected.shape[1] == 5 { expected = mapped(expected, grid: 8) }
            let difference = largestDifference(expected, found)
            #expect(difference <= 2e-6 * max(1, expected.magnitude), "\(name): \(difference)")
        }
    }

    @Test func whenNobodyListens_thenTheResultIsTheSame() throws {
        let input = try GoldenFiles.open("tiny_encoder").tensor("input.image").channelsLast()
        let model = try GoldenFiles.tinyModel()
        let recorded = model.imageEncoder(input, recorder: Recorder { _, _ in })
        #expect(model.imageEncoder(input).values == recorded.values)
    }

    @Test func theEncoderWithoutAdaptersAgrees() throws {
        let golden = try GoldenFiles.open("tiny_noadapter")
        var parameters = try GoldenFiles.open("tiny_weights").namedTensors()
        parameters.tensors = parameters.tensors.filter { !$0.key.contains("Adapter") }
        let model = try SAMMed2DModel(parameters)
        #expect(!model.configuration.hasAdapters)
        let features = try model.embed(input: try golden.tensor("input.image"))
        #expect(largestDifference(try golden.tensor("image_embedding"), features) <= 2e-5)
    }

    @Test func positionTablesShrinkAsThePublishedLoaderShrinksThem() throws {
        let golden = try GoldenFiles.open("misc")
        let positions = try golden.tensor("pos_embed/in").resizedBilinearly(rows: 16, columns: 16)
        #expect(largestDifference(try golden.tensor("pos_embed/out16"), positions) <= 1e-6)
        let table = try golden.tensor("rel_pos/in").resizedLinearly(length: 31)
        #expect(largestDifference(try golden.tensor("rel_pos/out31"), table) <= 1e-6)
        #expect(largestDifference(try golden.tensor("rel_pos/out31_linear1d"), table) <= 1e-6)
    }
}
