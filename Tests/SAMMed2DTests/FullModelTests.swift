import Checkpoints
import SegmentAnything
import Tensors
import Testing

@testable import SAMMed2D

/// 271 million generated weights; loaded once, when the first of these tests runs.
private let fullModel = Result {
    try SAMMed2DModel(ReferenceWeights.parameters(GoldenFiles.publishedShapes()))
}

@Suite("The published network at full size", .serialized)
struct FullModelTests {
    @Test func blocksAndEmbeddingAgree() throws {
        let golden = try GoldenFiles.open("full_vit_b_256")
        let model = try fullModel.get()
        #expect(model.configuration == .vitB)
        let image = ReferenceWeights.uniform("golden.full.image", shape: [1, 3, 256, 256], power: 1)
        var recorded: [String: Tensor] = [:]
        let features = model.imageEncoder(
            image.channelsLast(),
            recorder: Recorder { if !$0.contains("lin") { recorded[$0] = $1 } }
        )
        for block in [0, 2, 5, 11] {
            let expected = try golden.tensor("block\(block)")
            let found = try #require(recorded["image_encoder.blocks.\(block)"])
            // Both sides round: PyTorch's own embedding is further from the one in fp64 (3.7e-6) than ours (3.3e-6).
            #expect(largestDifference(expected, found) <= 1.5e-6 * max(1, expected.magnitude), "block \(block)")
        }
        #expect(largestDifference(try golden.tensor("image_embedding"), features) <= 2e-5)
        #expect(largestDifference(try golden.tensor("image_embedding_fp64_rounded"), features) <= 2e-5)
        #expect(GoldenVerification(golden).cases == DecoderGoldenTests.cases)
        // The same prompts; only this file holds every mask input.
        let verification = GoldenVerification(try GoldenFiles.open("verify_vit_b_256"))
        for name in DecoderGoldenTests.cases {
            let prompts = try verification.prompts(of: name, grid: 16)
            let output = try model.decodeAll(prompts, on: features.reshaped([256, 256]))
            #expect(largestDifference(try golden.tensor(name + "/masks4"), output.logits) <= 1e-5, "\(name)")
            #expect(largestDifference(try golden.tensor(name + "/iou4"), output.predictedIoU) <= 1e-5, "\(name)")
            let sparse = model.promptEncoder.sparse(prompts)
            #expect(largestDifference(try golden.tensor(name + "/sparse"), sparse) <= 3e-6, "\(name)")
        }
    }

    @Test func theVerificationFilePasses() throws {
        let differences = try GoldenVerification(GoldenFiles.open("verify_vit_b_256")).run(try fullModel.get())
        #expect(differences.count == 17)
        #expect(GoldenVerification.passes(differences), "\(differences)")
    }

    /// The cosine of the embedding with the reference's; the prompts' masks are compared by Dice.
    @Test(
        "keeps its embedding and masks in lower precisions",
        arguments: [(NetworkPrecision.bfloat16, 0.9995), (.integer8, 0.999)]
    )
    func keepsItsEmbeddingInLowerPrecisions(precision: NetworkPrecision, least: Double) throws {
        let golden = try GoldenFiles.open("full_vit_b_256")
        let model = try SAMMed2DModel(
            ReferenceWeights.parameters(GoldenFiles.publishedShapes()),
            precision: precision
        )
        let image = ReferenceWeights.uniform("golden.full.image", shape: [1, 3, 256, 256], power: 1)
        let features = model.imageEncoder(image.channelsLast())
        let expected = try golden.tensor("image_embedding").channelsLast()
        let cosine = cosine(expected.values, features.values)
        #expect(cosine >= least, "\(precision)")
        let again = model.imageEncoder(image.channelsLast())
        #expect(features.values == again.values)
        let verification = GoldenVerification(try GoldenFiles.open("verify_vit_b_256"))
        for name in DecoderGoldenTests.cases {
            let output = try model.decodeAll(
                verification.prompts(of: name, grid: 16),
                on: features.reshaped([256, 256])
            )
            let wanted = try golden.tensor(name + "/masks4")
            #expect(dice(wanted.values, output.logits.values) >= 0.98, "\(name) in \(precision)")
        }
    }
}

/// The cosine of the angle between two vectors.
private func cosine(_ left: [Float], _ right: [Float]) -> Double {
    func product(_ a: [Float], _ b: [Float]) -> Double { zip(a, b).reduce(0) { $0 + Double($1.0) * Double($1.1) } }
    return product(left, right) / (product(left, left) * product(right, right)).squareRoot()
}

/// Dice's coefficient of the pixels above 0.
private func dice(_ left: [Float], _ right: [Float]) -> Double {
    let both = zip(left, right).count { $0 > 0 && $1 > 0 }
    let sum = left.count { $0 > 0 } + right.count { $0 > 0 }
    return sum == 0 ? 1 : 2 * Double(both) / Double(sum)
}
