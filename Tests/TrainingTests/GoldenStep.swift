import Checkpoints
import DurableFiles
import Foundation
import SAMMed2D
import SegmentAnything
import Tensors
import TestSupport
import Training

/// One of the five kinds of training step that the reference took with the small SAM-Med2D: two images, three masks each.
struct GoldenStep {
    let name: String
    let scope: TrainingScope
    private let inputs: SafetensorsFile
    let expected: SafetensorsFile

    /// The prompt encoder of a decoder step runs without gradients, on embeddings that are data.
    static let all: [(name: String, scope: TrainingScope)] = [
        ("box_first", .adapter), ("point_first", .adapter), ("iter_points_mask", .decoder),
        ("iter_points_mask_promptgrad", .adapter), ("iter_mask_only", .decoder),
    ]

    init(_ name: String, scope: TrainingScope) throws {
        self.name = name
        self.scope = scope
        inputs = try Self.open("tiny_train_inputs")
        expected = try Self.open("tiny_train_" + name)
    }

    static func open(_ name: String) throws -> SafetensorsFile {
        try SafetensorsFile(RawPath(SharedFiles.reference("sam-med2d/golden/\(name).safetensors").path))
    }

    /// What a step gives.
    struct Outcome {
        let chosen: MaskChoice.Chosen
        let loss: LossValue
        /// In the layout of checkpoints; parameters without a gradient are missing.
        let gradients: [String: Tensor]
        /// The parameters that learn, in the layout of training, and their gradients.
        let learning: NamedTensors
        let packedGradients: [String: Tensor]
    }

    /// Takes the step through the interface that a trainer uses.
    func run() throws -> Outcome {
        let checkpoint = try Self.open("tiny_weights").namedTensors()
        let model = try SAMMed2DModel(checkpoint)
        let frozen = try (0..<2).map { try frozenPart(image: $0, of: model) }

        var all = try SAMMed2DModel.trainingLayout(of: checkpoint, scope: scope)
        let names = all.tensors.keys.filter { SAMMed2DModel.isTrained($0, in: scope) }.sorted()
        let learning = NamedTensors(all.tensors.filter { names.contains($0.key) }, packed: all.packed)
        let leaves = names.compactMap { learning.tensors[$0]?.tracked() }
        for (name, leaf) in zip(names, leaves) { all.tensors[name] = leaf }

        let network = try model.rebuilt(from: all, scope: scope)
        let features = network.features(of: frozen, scope: scope)
        var parts: [MaskChoice.Chosen] = []
        for image in 0..<2 {
            let embedding = features.slice(image..<image + 1).reshaped(Array(features.shape.dropFirst()))
            parts.append(network.maskChoice.choose(network.decodeTraining(try prompts(image), on: embedding)))
        }
        let chosen = MaskChoice.Chosen.joined(parts)
        let loss = WholeBatchLoss()(
            TrainedMasks(
                logits: chosen.logits,
                predictedIoU: chosen.predictedIoU,
                labels: try inputs.tensor("labels").reshaped([6, 128, 128])
            )
        )
        let found = zip(names, loss.total.gradients(of: leaves)).compactMap { name, gradient in
            gradient.map { (name, $0) }
        }
        let packed = Dictionary(uniqueKeysWithValues: found)
        return Outcome(
            chosen: chosen,
            loss: loss,
            gradients: NamedTensors(packed, packed: all.packed).unpacked().tensors,
            learning: learning,
            packedGradients: packed
        )
    }

    private func frozenPart(image: Int, of model: SAMMed2DModel) throws -> Tensor {
        let input = try inputs.tensor("image").slice(image..<image + 1)
        guard scope != .decoder else { return try model.embed(input: input) }
        return input.channelsLast().reshaped([128, 128, 3])
    }

    private func prompts(_ image: Int) throws -> PromptBatch {
        func own(_ name: String) throws -> Tensor { try inputs.tensor(name).slice(3 * image..<3 * image + 3) }
        func labels(_ name: String) throws -> [Int] { try own(name).values.map { Int($0) } }
        switch name {
        case "box_first": return PromptBatch(boxes: try own("boxes").reshaped([3, 4]))
        case "point_first": return PromptBatch(points: try own("point_coords"), labels: try labels("point_labels"))
        case "iter_mask_only": return PromptBatch(masks: try own("iter_mask_input").reshaped([3, 32, 32]))
        default:
            return PromptBatch(
                points: try own("iter_point_coords"),
                labels: try labels("iter_point_labels"),
                masks: try own("iter_mask_input").reshaped([3, 32, 32])
            )
        }
    }

    /// What the reference states besides tensors.
    struct Statement: Decodable {
        let loss: Double
        let focal: Double
        let dice: Double
        let quality: Double
        /// The parameters that learn but have no gradient in this step.
        let withoutGradient: [String]

        private enum CodingKeys: String, CodingKey {
            case loss
            case focal
            case dice
            case quality = "mask_iou"
            case withoutGradient = "requires_grad_but_no_grad"
        }
    }

    func statement() throws -> Statement {
        let data = try Data(contentsOf: SharedFiles.reference("sam-med2d/golden/tiny_train_losses.json"))
        guard let statement = try JSONDecoder().decode([String: Statement].self, from: data)[name] else {
            throw CocoaError(.coderValueNotFound)
        }
        return statement
    }
}
