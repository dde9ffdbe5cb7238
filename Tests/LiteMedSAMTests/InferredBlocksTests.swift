import SegmentAnything
import Tensors
import Testing

@testable import LiteMedSAM

/// The encoder's blocks as they run when nothing is trained, beside the same layers one after the other.
@Suite("Blocks on prepared weights")
struct InferredBlocksTests {
    @Test(
        "equal their layers one after the other",
        arguments: [(NetworkPrecision.float32, 1e-5), (.bfloat16, 0.02), (.integer8, 0.04)]
    )
    func equalTheirLayers(limit: (precision: NetworkPrecision, difference: Double)) throws {
        let plain = try PublishedWeights.encoder.get()
        let prepared = try LiteMedSAMModel(parameters: PublishedWeights.parameters.get(), precision: limit.precision)
            .encoder
        var stages: [String: Tensor] = [:]
        _ = try plain(NetworkInput(Golden("ct").image("image_u8")), recorder: Recorder { stages[$0] = $1 })
        func compare(_ name: String, _ found: Tensor) throws {
            let expected = try #require(stages[name])
            #expect(found.shape == expected.shape)
            let difference = largestRelativeDifference(found.values, expected.values.map(Double.init))
            #expect(difference <= limit.difference, "\(name)")
        }
        // Each block on the reference's input, so that roundings do not add up.
        let embedded = try #require(stages["patch_embed"])
        try compare("l0.b0", prepared.firstStage[0](embedded))
        try compare("l0.down", prepared.merging[0](#require(stages["l0.b1"])))
        for stage in 1...3 {
            try compare("l\(stage).b0", prepared.laterStages[stage - 1][0](#require(stages["l\(stage - 1).down"])))
        }
    }

    @Test("give the same bits on any number of threads", arguments: NetworkPrecision.allCases)
    func giveTheSameBits(precision: NetworkPrecision) throws {
        let model = try LiteMedSAMModel(parameters: PublishedWeights.parameters.get(), precision: precision)
        let x = Tensor.random([64, 64, 160], seed: 3)
        let block = model.encoder.laterStages[1][0]
        defer { ComputeThreads.use(2) }
        let results = [1, 2, 5].map { threads in
            ComputeThreads.use(threads)
            return block(x).values
        }
        #expect(results[0] == results[1] && results[0] == results[2])
    }
}
