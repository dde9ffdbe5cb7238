import SegmentAnything
import Tensors

/// The images of one step with what is to be found in them.
struct TrainingBatch {
    struct Image {
        /// What the frozen layers made of the slice.
        let frozen: Tensor
        let targets: [BoxedMask]
        /// How much each target counts.
        let weights: [Double]
    }

    var images: [Image] = []

    var targetCount: Int { images.reduce(0) { $0 + $1.targets.count } }

    /// `[B, S, S]`, image after image.
    func labels(edge: Int) -> Tensor { .labels(images.flatMap { $0.targets.map(\.pixels) }, edge: edge) }

    /// Image after image.
    var weights: [Double] { images.flatMap(\.weights) }
}

/// Draws the images of a step and the structures that are asked for in them.
struct BatchDrawing<Model: TrainableModel> {
    let source: any SampleSource
    let sampler: StratifiedSampler
    let preparation: SlicePreparation<Model>
    let configuration: TrainingConfiguration

    /// How often another slice is drawn in place of one that lost all its structures: tiny ones can vanish in the
    /// network's geometry or be turned out of the slice.
    private static var attempts: Int { 16 }

    /// The batch of a step.
    func batch(step: Int) throws -> TrainingBatch {
        var batch = TrainingBatch()
        for item in 0..<configuration.imagesPerStep {
            batch.images.append(try image(step: step, item: item))
        }
        return batch
    }

    private func image(step: Int, item: Int) throws -> TrainingBatch.Image {
        let seed = configuration.seed
        var sampling = CounterRandom(seed: seed, step: step, item: item, purpose: .sampling)
        var augmenting = CounterRandom(seed: seed, step: step, item: item, purpose: .augmentation)
        var choosing = CounterRandom(seed: seed, step: step, item: item, purpose: .structures)
        for _ in 0..<Self.attempts {
            let drawn = sampler.draw(&sampling)
            let slice = try preparation.training(source, entry: drawn.entry, random: &augmenting)
            guard !slice.structures.isEmpty else { continue }
            return image(slice, segment: drawn.segment, random: &choosing)
        }
        throw TrainingError.tooLittleData(
            "the structures of \(Self.attempts) slices in a row are too small to be seen at the network's resolution"
        )
    }

    /// The drawn segment first, then the slice's others in any order, then any again until there are enough.
    private func image(
        _ slice: SlicePreparation<Model>.Slice,
        segment: String,
        random: inout CounterRandom
    ) -> TrainingBatch.Image {
        var order = slice.structures.filter { $0.segment != segment }.shuffled(using: &random)
        order.insert(contentsOf: slice.structures.filter { $0.segment == segment }, at: 0)
        let wanted = configuration.prompts.promptsPerImage
        var chosen = Array(order.prefix(wanted))
        while chosen.count < wanted { chosen.append(order[random.index(below: order.count)]) }
        var targets: [BoxedMask] = []
        var weights: [Double] = []
        for structure in chosen {
            let target = BoxedMask(
                structure.mask,
                of: structure.segment,
                rule: configuration.prompts.boxRule,
                random: &random
            )
            guard let target else { preconditionFailure("a prepared structure has pixels") }
            targets.append(target)
            weights.append(structure.weight)
        }
        return TrainingBatch.Image(frozen: slice.frozen, targets: targets, weights: weights)
    }
}
