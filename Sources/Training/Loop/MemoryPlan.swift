import Checkpoints
import SegmentAnything
import Tensors

/// How a step is cut up so that it fits. The sums are the same; only the order of additions can differ, so a run keeps the
/// plan that it began with.
public struct MemoryPlan: Sendable, Hashable, Codable {
    /// How many prompts of an image are decoded with gradients at a time. Where it is fewer than a step has, every prompt
    /// is decoded twice: once for the loss, once for the gradients.
    public let promptsAtATime: Int
    /// Whether the encoder runs anew for the gradients of each image, so that only one image's layers are held.
    public let encodesImageByImage: Bool
    /// About how many bytes the run uses.
    public let estimatedBytes: Int
}

extension MemoryPlan {
    /// What a run needs, from shapes alone.
    struct Demand {
        /// Parameters, moments, averages, gradients, kept embeddings.
        let fixed: Int
        /// Layers that the encoder holds for the gradients of one image.
        let image: Int
        /// Layers that the decoder holds for the gradients of one prompt.
        let prompt: Int
    }

    /// The fastest plan within the budget.
    ///
    /// - Throws: ``TrainingError/memoryBudget(needed:budget:)`` where the smallest does not fit.
    init(_ demand: Demand, configuration: TrainingConfiguration) throws(TrainingError) {
        let images = configuration.imagesPerStep
        let prompts = configuration.prompts.promptsPerImage
        func bytes(_ promptsAtOnce: Int, _ imagesAtOnce: Int) -> Int {
            demand.fixed + imagesAtOnce * demand.image + promptsAtOnce * demand.prompt
        }
        let limit = configuration.memoryBudget ?? Int.max
        let whole = bytes(images * prompts, images)
        if whole <= limit {
            self.init(promptsAtATime: images * prompts, encodesImageByImage: false, estimatedBytes: whole)
            return
        }
        for imagesAtOnce in images > 1 && demand.image > 0 ? [images, 1] : [images] {
            for count in stride(from: prompts, through: 1, by: -1) where bytes(count, imagesAtOnce) <= limit {
                self.init(
                    promptsAtATime: count,
                    encodesImageByImage: imagesAtOnce < images,
                    estimatedBytes: bytes(count, imagesAtOnce)
                )
                return
            }
        }
        throw .memoryBudget(needed: bytes(1, demand.image > 0 ? 1 : images), budget: limit)
    }
}

extension MemoryPlan.Demand {
    /// Estimates: the numbers of arrays that layers hold were counted in the networks' definitions and rounded up.
    init(
        model: some TrainableModel,
        trained: NamedTensors,
        frozen: NamedTensors,
        configuration: TrainingConfiguration
    ) {
        let size = MemoryLayout<Float>.size
        let own = trained.tensors.values.reduce(0) { $0 + $1.count }
        let fixedCount = frozen.tensors.values.reduce(0) { $0 + $1.count }
        let copies = configuration.averageDecay == nil ? 4 : 5
        let rounded = configuration.precision == .bfloat16 ? 2 * (own + fixedCount) : 0
        fixed = size * (copies * own + fixedCount) + rounded + configuration.cacheMemory
        let pixels = model.grid * model.grid
        func axis(_ name: String) -> Int? { (trained.tensors[name] ?? frozen.tensors[name])?.lastAxis }
        let width = axis("prompt_encoder.no_mask_embed.weight") ?? 256
        prompt = size * (36 * pixels * width + 10 * 16 * pixels * (width / 8) + 6 * model.inputSize * model.inputSize)
        switch configuration.scope {
        case .decoder: image = 0
        case .neck: image = size * pixels * (320 + 8 * width)
        case .adapter, .full:
            let inner = axis("image_encoder.pos_embed") ?? 768
            let blocks = Set(
                (Array(trained.tensors.keys) + Array(frozen.tensors.keys)).compactMap { name -> Substring? in
                    let parts = name.split(separator: ".")
                    return parts.count > 2 && parts[0] == "image_encoder" && parts[1] == "blocks" ? parts[2] : nil
                }
            ).count
            image = size * blocks * (30 * pixels * inner + inner / 32 * pixels * 256)
        }
    }
}
