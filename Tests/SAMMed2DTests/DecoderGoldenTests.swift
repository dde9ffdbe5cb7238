import Checkpoints
import SegmentAnything
import Tensors
import Testing

@testable import SAMMed2D

@Suite("Prompt encoder and mask decoder compute what the published code computes")
struct DecoderGoldenTests {
    static let cases = [
        "box", "box_mask", "box_points3", "mask", "none", "point1", "points3", "points3_mask",
    ]

    private let golden: SafetensorsFile
    private let model: SAMMed2DModel
    private let features: Tensor

    init() throws {
        golden = try GoldenFiles.open("tiny_decoder")
        model = try GoldenFiles.tinyModel()
        features = try golden.tensor("image_embedding").channelsLast().reshaped([64, 32])
    }

    @Test func theFileHoldsTheseCases() {
        #expect(GoldenVerification(golden).cases == Self.cases)
    }

    @Test(arguments: cases)
    func aCaseAgrees(name: String) throws {
        let prompts = try GoldenVerification(golden).prompts(of: name, grid: 8)
        var recorded: [String: Tensor] = [:]
        let output = model.maskDecoder(
            prompts,
            features: features,
            encoder: model.promptEncoder,
            recorder: Recorder { recorded[$0] = $1 }
        )
        #expect(largestDifference(try golden.tensor(name + "/masks4"), output.logits) <= 2e-6)
        #expect(largestDifference(try golden.tensor(name + "/iou4"), output.predictedIoU) <= 2e-6)
        let sparse = model.promptEncoder.sparse(prompts)
        #expect(sparse.shape == (try golden.tensor(name + "/sparse").shape))
        #expect(largestDifference(try golden.tensor(name + "/sparse"), sparse) <= 2e-6)
        #expect(largestDifference(try golden.tensor(name + "/dense"), model.promptEncoder.dense(prompts)) <= 2e-6)
        for full in golden.names where full.hasPrefix(name + "/int/") {
            let found = try #require(recorded[String(full.dropFirst(name.count + 5))], "\(full) is not recorded")
            let expected = try golden.tensor(full)
            let difference = largestDifference(expected, found)
            #expect(difference <= 2e-6 * max(1, expected.magnitude), "\(full): \(difference)")
        }
    }

    @Test func theCodeOfTheGridAgrees() throws {
        let code = model.promptEncoder.gridCode
        #expect(largestDifference(try golden.tensor("dense_pe"), code.reshaped([1, 8, 8, 32])) <= 1e-6)
    }

    /// The golden prompts as a caller states them, on a slice of 97 × 143 pixels.
    private func sourcePrompts(_ batch: PromptBatch) -> [Prompt] {
        let (across, down) = (143.0 / 128, 97.0 / 128)
        return (0..<batch.count).map { index in
            var prompt = Prompt()
            if let box = batch.boxes?.slice(index..<index + 1).values.map(Double.init) {
                prompt.box = .init(x0: box[0] * across, y0: box[1] * down, x1: box[2] * across, y1: box[3] * down)
            }
            if let points = batch.points?.slice(index..<index + 1).values.map(Double.init) {
                let count = points.count / 2
                prompt.points = (0..<count).map {
                    .init(
                        x: points[2 * $0] * across,
                        y: points[2 * $0 + 1] * down,
                        label: batch.labels[index * count + $0]
                    )
                }
            }
            prompt.mask = batch.masks?.slice(index..<index + 1).reshaped([32, 32])
            return prompt
        }
    }

    @Test(arguments: cases)
    func theChosenMaskAndItsEnlargementAgree(name: String) throws {
        let prompts = sourcePrompts(try GoldenVerification(golden).prompts(of: name, grid: 8))
        let embedding = ImageEmbedding(features: features, grid: 8, sourceRows: 97, sourceColumns: 143)
        let predictions = try model.decode(prompts, on: embedding)
        let lowRes = Tensor.joined(predictions.map { $0.lowResLogits.reshaped([1, 1, 32, 32]) })
        let logits = Tensor.joined(predictions.map { $0.logits.reshaped([1, 1, 97, 143]) })
        #expect(largestDifference(try golden.tensor(name + "/selected_low_res"), lowRes) <= 3e-6)
        #expect(largestDifference(try golden.tensor(name + "/post_97x143"), logits) <= 3e-6)
        let quality = try golden.tensor(name + "/iou4").values
        let best = (0..<predictions.count).map { quality[4 * $0 + 1..<4 * $0 + 4].max() ?? 0 }
        for (found, expected) in zip(predictions.map(\.predictedIoU), best) {
            #expect(abs(found - expected) <= 2e-6)
        }
    }

    @Test func whenPromptsOfAllKindsAreMixed_thenEachGetsItsOwnMask() throws {
        let embedding = ImageEmbedding(features: features, grid: 8, sourceRows: 97, sourceColumns: 143)
        let verification = GoldenVerification(golden)
        let prompts = try Self.cases.flatMap { sourcePrompts(try verification.prompts(of: $0, grid: 8)) }
        let interleaved = prompts.indices.sorted { ($0 % 3, $0) < ($1 % 3, $1) }
        let together = try model.decode(interleaved.map { prompts[$0] }, on: embedding)
        for (position, index) in interleaved.enumerated() {
            let alone = try #require(try model.decode([prompts[index]], on: embedding).first)
            #expect(largestDifference(alone.logits, together[position].logits) <= 2e-6)
        }
    }
}
