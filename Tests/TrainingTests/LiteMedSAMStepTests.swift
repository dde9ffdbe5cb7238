import Checkpoints
import DurableFiles
import Foundation
import LiteMedSAM
import SegmentAnything
import Tensors
import TestSupport
import Testing
import Training

@Suite("A training step of LiteMedSAM")
struct LiteMedSAMStepTests {
    /// What `Tests/Scripts/pytorch_gradients.py` wrote.
    private struct Reference: Decodable {
        struct Digest: Decodable {
            let largest: Double
            let norm: Double
            let entries: [Double]
        }

        let loss: Double
        let dice: Double
        let pixels: Double
        let quality: Double
        let gradients: [String: Digest]
    }

    private static func reference() throws -> Reference {
        let url = SharedFiles.repository.appending(path: "Tests/Golden/litemedsam_training_step.json")
        return try JSONDecoder().decode(Reference.self, from: Data(contentsOf: url))
    }

    private static func golden() throws -> SafetensorsFile {
        let url = SharedFiles.reference("litemedsam/golden/litemedsam_ct.safetensors")
        return try SafetensorsFile(RawPath(url.path))
    }

    /// Three boxes with their labels on the reference's slice, from source pixels on.
    private static func task(of model: LiteMedSAMModel) throws -> (image: SliceImage, boxes: Tensor, labels: Tensor) {
        let file = try golden()
        let (rows, columns) = (101, 122)
        let corners = try file.tensor("boxes_orig").values.map { Double($0) }
        var boxes: [Float] = []
        var labels: [Tensor] = []
        for index in 0..<3 {
            let first = 4 * index
            let box = Prompt.Box(
                x0: corners[first],
                y0: corners[first + 1],
                x1: corners[first + 2],
                y1: corners[first + 3]
            )
            boxes += try model.networkBox(box, rows: rows, columns: columns)
            let label = try file.bytes("gt_b\(index)").map { $0 != 0 }
            labels.append(try model.networkMask(label, rows: rows, columns: columns).reshaped([1, 256, 256]))
        }
        let image = SliceImage(rows: rows, columns: columns, pixels: try file.bytes("image_u8"))
        return (image, Tensor(boxes, shape: [3, 4]), Tensor.joined(labels))
    }

    @Test func whenDecoderAndNeckLearn_thenLossAndGradientsArePyTorchs() throws {
        let checkpoint = try CheckpointFile.load(
            RawPath(SharedFiles.cache.appending(path: "weights/lite_medsam.pth").path)
        )
        let model = try LiteMedSAMModel(parameters: checkpoint)
        let task = try Self.task(of: model)
        let frozen = try model.frozenPart(of: task.image, scope: .neck)

        var all = try LiteMedSAMModel.trainingLayout(of: checkpoint, scope: .neck)
        let names = all.tensors.keys.filter { LiteMedSAMModel.isTrained($0, in: .neck) }.sorted()
        let leaves = names.compactMap { all.tensors[$0]?.tracked() }
        for (name, leaf) in zip(names, leaves) { all.tensors[name] = leaf }
        let network = try model.rebuilt(from: all, scope: .neck)
        let features = network.features(of: [frozen], scope: .neck).reshaped([4_096, 256])
        let chosen = network.maskChoice.choose(network.decodeTraining(PromptBatch(boxes: task.boxes), on: features))
        let loss = MaskwiseLoss()(
            TrainedMasks(logits: chosen.logits, predictedIoU: chosen.predictedIoU, labels: task.labels)
        )

        let reference = try Self.reference()
        #expect(abs(loss.value - reference.loss) <= 1e-6)
        #expect(abs(loss.dice - reference.dice) <= 1e-6)
        #expect(abs(loss.pixels - reference.pixels) <= 1e-6)
        #expect(abs(loss.quality - reference.quality) <= 1e-6)

        var found: [String: Tensor] = [:]
        for (name, gradient) in zip(names, loss.total.gradients(of: leaves)) {
            #expect(gradient != nil, "\(name) has no gradient")
            found[name] = gradient
        }
        found = NamedTensors(found, packed: all.packed).unpacked().tensors
        for (name, digest) in reference.gradients {
            guard let values = found[name]?.values.map({ Double($0) }) else {
                #expect(digest.largest == 0, "\(name) does not learn")
                continue
            }
            let tolerance = 1e-4 * digest.largest
            let largest = values.reduce(0) { max($0, abs($1)) }
            // A key's bias moves all logits of a softmax alike: its gradient is zero but for rounding.
            guard !name.hasSuffix("k_proj.bias") else {
                #expect(largest < 5e-8 && digest.largest < 5e-8, "\(name): \(largest)")
                continue
            }
            let norm = values.reduce(0) { $0 + $1 * $1 }.squareRoot()
            #expect(abs(largest - digest.largest) <= tolerance, "\(name): \(largest), not \(digest.largest)")
            #expect(
                abs(norm - digest.norm) <= max(1e-4 * digest.norm, 1e-8),
                "\(name): norm \(norm), not \(digest.norm)"
            )
            for (place, entry) in digest.entries.enumerated() {
                let value = values[place * (values.count - 1) / 7]
                #expect(abs(value - entry) <= tolerance, "\(name): \(value), not \(entry)")
            }
        }
    }

    @Test func whenTheDecoderAloneLearns_thenItSeesWhatInferenceSees() throws {
        let checkpoint = try CheckpointFile.load(
            RawPath(SharedFiles.cache.appending(path: "weights/lite_medsam.pth").path)
        )
        let model = try LiteMedSAMModel(parameters: checkpoint)
        let task = try Self.task(of: model)
        let embedding = try model.encode(task.image)
        let corners = try Self.golden().tensor("boxes_orig").values.map { Double($0) }
        let prompt = Prompt(box: .init(x0: corners[0], y0: corners[1], x1: corners[2], y1: corners[3]))
        let expected = try #require(try model.decode([prompt], on: embedding).first)

        let packed = try LiteMedSAMModel.trainingLayout(of: checkpoint, scope: .decoder)
        let network = try model.rebuilt(from: packed, scope: .decoder)
        let features = network.features(of: [try model.frozenPart(of: task.image, scope: .decoder)], scope: .decoder)
        let output = network.decodeTraining(
            PromptBatch(boxes: task.boxes.slice(0..<1)),
            on: features.reshaped([4_096, 256])
        )

        // Training multiplies with weights as they are and inference with packed ones: sums are rounded in another order.
        #expect(output.logits.values.count == expected.lowResLogits.values.count)
        let differences = zip(output.logits.values, expected.lowResLogits.values).map { abs($0 - $1) }
        #expect((differences.max() ?? .infinity) <= 1e-4)
        #expect(abs(output.predictedIoU.values[0] - expected.predictedIoU) <= 1e-5)
        #expect(packed.unpacked().tensors.allSatisfy { $0.value.values == checkpoint.tensors[$0.key]?.values })
    }
}
