import Checkpoints
import SegmentAnything
import Tensors

/// The gradients of one round of prompts.
struct RoundGradients<Model: TrainableModel> {
    private let network: Model
    private let names: [String]
    /// In the order of `names`.
    private let leaves: [Tensor]
    private let scope: TrainingScope
    private let loss: any SegmentationLoss
    private let plan: MemoryPlan

    struct Result {
        var gradients: [String: Tensor] = [:]
        /// `[P, 4g, 4g]` of the chosen masks of each image.
        var logits: [Tensor] = []
        /// `[g·g, C]` of each image, untracked.
        var features: [Tensor] = []
        var loss = LossParts()
    }

    /// The network of the optimiser's parameters as leaves; they share memory.
    init(_ step: TrainingStep<Model>, optimiser: Optimiser) throws {
        var all = step.parameters
        var leaves: [Tensor] = []
        for (name, tensor) in zip(optimiser.names, optimiser.states) {
            let leaf = tensor.parameter.tracked()
            leaves.append(leaf)
            all.tensors[name] = leaf
        }
        names = optimiser.names
        self.leaves = leaves
        scope = step.configuration.scope
        loss = step.configuration.loss.loss
        plan = step.plan
        network = try step.model.rebuilt(from: all, scope: scope)
    }

    /// Runs the round; without features of an earlier round the encoder runs, and what learns in it gets gradients.
    func run(
        _ batch: TrainingBatch,
        prompts: [PromptBatch],
        labels: Tensor,
        features known: [Tensor]?
    ) throws -> Result {
        guard let known else { return encoding(batch, prompts: prompts, labels: labels) }
        var result = decoding(batch, prompts: prompts, labels: labels, features: known).result
        result.features = known
        return result
    }

    // MARK: - Encoder

    private func encoding(_ batch: TrainingBatch, prompts: [PromptBatch], labels: Tensor) -> Result {
        let groups = plan.encodesImageByImage ? batch.images.indices.map { [$0] } : [Array(batch.images.indices)]
        // Graphs of more than one group are not held: the encoder runs again when its gradients are due.
        var held: Tensor?
        var features: [Tensor] = []
        for group in groups {
            let encoded = network.features(of: group.map { batch.images[$0].frozen }, scope: scope)
            features += Self.images(encoded.detached())
            held = groups.count == 1 ? encoded : nil
        }
        let learns = held?.isTracked ?? true
        let leaves = learns ? features.map { $0.tracked() } : features
        var (result, arrived) = decoding(batch, prompts: prompts, labels: labels, features: leaves)
        result.features = features
        guard learns else { return result }
        for group in groups {
            let encoded = held ?? network.features(of: group.map { batch.images[$0].frozen }, scope: scope)
            guard encoded.isTracked else { continue }
            let seed = Tensor.joined(
                group.map { arrived[$0] ?? Tensor(zeros: features[$0].shape) }.map { $0.reshaped([1] + $0.shape) }
            )
            add(encoded.gradients(of: self.leaves, seed: seed), to: &result)
        }
        return result
    }

    /// `[B, g·g, C]` image by image.
    private static func images(_ features: Tensor) -> [Tensor] {
        (0..<features.shape[0]).map { features.slice($0..<$0 + 1).reshaped(Array(features.shape.dropFirst())) }
    }

    // MARK: - Decoder

    /// A part of an image's prompts.
    private struct Part {
        let image: Int
        let prompts: PromptBatch
    }

    /// Gradients of parameters, and of features that are leaves.
    private func decoding(
        _ batch: TrainingBatch,
        prompts: [PromptBatch],
        labels: Tensor,
        features: [Tensor]
    ) -> (result: Result, features: [Tensor?]) {
        let isWhole = plan.promptsAtATime >= batch.targetCount
        let parts = prompts.enumerated().flatMap { image, prompts in
            stride(from: 0, to: prompts.count, by: isWhole ? prompts.count : plan.promptsAtATime).map { first in
                Part(
                    image: image,
                    prompts: prompts.part(first..<min(prompts.count, first + plan.promptsAtATime))
                )
            }
        }
        var result = Result()
        var arrived = [Tensor?](repeating: nil, count: features.count)
        // Where the whole round fits, its graph is held; else only values are, and parts are decoded again below.
        let drawn = parts.map { part -> (logits: Tensor, quality: Tensor) in
            let chosen = chosen(part, features)
            guard !isWhole else { return (chosen.logits, chosen.predictedIoU) }
            return (chosen.logits.detached().tracked(), chosen.predictedIoU.detached().tracked())
        }
        let (logits, quality) = (drawn.map(\.logits), drawn.map(\.quality))
        let value = loss(
            TrainedMasks(
                logits: .joined(logits),
                predictedIoU: .joined(quality),
                labels: labels,
                weights: batch.weights
            )
        )
        result.loss = LossParts(value)
        result.logits = Self.perImage(parts.map(\.image), logits.map { $0.detached() })
        guard !isWhole else {
            pass(value.total, features, &result, &arrived)
            return (result, arrived)
        }
        let seeds = value.total.gradients(of: logits + quality)
        for (index, part) in parts.enumerated() {
            let again = chosen(part, features)
            let ends = [(again.logits, seeds[index]), (again.predictedIoU, seeds[parts.count + index])]
            pass(Self.seeded(ends), features, &result, &arrived)
        }
        return (result, arrived)
    }

    private func chosen(_ part: Part, _ features: [Tensor]) -> MaskChoice.Chosen {
        network.maskChoice.choose(network.decodeTraining(part.prompts, on: features[part.image]))
    }

    /// Passes a scalar's gradient back and adds what arrives.
    private func pass(_ total: Tensor, _ features: [Tensor], _ result: inout Result, _ arrived: inout [Tensor?]) {
        let tracked = features.filter(\.isTracked)
        let gradients = total.gradients(of: leaves + tracked)
        add(Array(gradients.prefix(leaves.count)), to: &result)
        guard !tracked.isEmpty else { return }
        for (index, gradient) in gradients.dropFirst(leaves.count).enumerated() {
            guard let gradient else { continue }
            if arrived[index] == nil { arrived[index] = gradient } else { arrived[index]?.add(gradient) }
        }
    }

    private func add(_ gradients: [Tensor?], to result: inout Result) {
        for (name, gradient) in zip(names, gradients) {
            guard let gradient else { continue }
            if result.gradients[name] == nil {
                result.gradients[name] = gradient
            } else {
                result.gradients[name]?.add(gradient)
            }
        }
    }

    /// A scalar whose gradients with regard to several tensors are given.
    private static func seeded(_ ends: [(tensor: Tensor, gradient: Tensor?)]) -> Tensor {
        let gradients = ends.map(\.gradient)
        return Tensor(zeros: []).recording(ends.map(\.tensor)) { _ in gradients }
    }

    /// Parts of an image joined again.
    private static func perImage(_ images: [Int], _ parts: [Tensor]) -> [Tensor] {
        let last = images.last ?? -1
        return (0...last).map { image in
            let own = zip(images, parts).filter { $0.0 == image }.map(\.1)
            return own.count == 1 ? own[0] : Tensor.joined(own)
        }
    }
}
