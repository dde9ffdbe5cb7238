import LiteMedSAM
import SegmentAnything
import Tensors
import Testing

@Suite("The parts of the image encoder with the published weights")
struct EncoderPartsTests {
    private let golden: Golden
    private let encoder: TinyViT
    private let input: NetworkInput

    init() throws {
        golden = try Golden("ct")
        encoder = try PublishedWeights.encoder.get()
        input = try NetworkInput(golden.image("image_u8"))
    }

    @Test("of the first stage are the reference's")
    func whenTheFirstStageIsTakenApart_thenEveryConvolutionIsTheReference() throws {
        let pixels = input.pixels
        let block = encoder.firstStage[0].bottleneck
        try expect(encoder.patchEmbedding.first(pixels), equals: "patch_embed.conv0")
        var x = block.expand(encoder.patchEmbedding(pixels))
        try expect(x, equals: "l0.b0.conv1")
        x = block.depthwise(x.activated(.gelu).reshaped([1, 256, 256, 256])).reshaped([256, 256, 256])
        try expect(x, equals: "l0.b0.conv2")
        try expect(block.project(x.activated(.gelu)), equals: "l0.b0.conv3")
    }

    @Test("of the later stages are the reference's")
    func whenTheLaterStagesAreTakenApart_thenEveryBranchIsTheReference() throws {
        var stages: [String: Tensor] = [:]
        let wanted: Set = ["l0.b1", "l0.down", "l1.down", "l2.down"]
        let recorder = Recorder { stage, value in
            if wanted.contains(stage) { stages[stage] = value }
        }
        _ = encoder(input, recorder: recorder)
        let merging = encoder.merging[0]
        let hidden = merging.expand(try #require(stages["l0.b1"]))
        try expect(hidden, equals: "l0.down.conv1")
        let spread = merging.depthwise(hidden.activated(.gelu).reshaped([1, 256, 256, 128]))
        try expect(spread.reshaped([128, 128, 128]), equals: "l0.down.conv2")
        for (stage, paddedGrid) in [(1, 133), (2, 70), (3, 64)] {
            let x = try #require(stages["l\(stage - 1).down"])
            let block = encoder.laterStages[stage - 1][0]
            let branch = block.attention(x)
            if stage < 3 { try expect(branch, equals: "l\(stage).b0.attn", paddedGrid: paddedGrid) }
            let local = block.localConvolution(x.adding(branch).reshaped([1] + x.shape)).reshaped(x.shape)
            try expect(local, equals: "l\(stage).b0.local_conv")
            if stage < 3 { try expect(block.feedForward(local), equals: "l\(stage).b0.mlp") }
        }
    }

    /// Compares where the reference was sampled; of a padded grid the filling is left out, which is not computed here.
    private func expect(_ value: Tensor, equals stage: String, paddedGrid: Int? = nil) throws {
        let expected = try golden.tensor("enc/\(stage)").values
        let (grid, channels) = (value.shape[0], value.shape[2])
        let positions = (0..<8).map { $0 * ((paddedGrid ?? grid) - 1) / 7 }
        let values = value.values
        let tolerance = 2e-5 * (expected.map(abs).max() ?? 0) + 1e-5
        var largest: Float = 0
        for (index, reference) in expected.enumerated() {
            let (row, column) = (positions[index / 8 % 8], positions[index % 8])
            guard row < grid, column < grid else { continue }
            largest = max(largest, abs(values[(row * grid + column) * channels + index / 64] - reference))
        }
        #expect(expected.count == channels * 64 && largest <= tolerance, "\(stage): \(largest)")
    }
}
