import SegmentAnything
import Tensors

/// How good masks are on slices that are not learnt from.
public struct ValidationScore: Sendable, Hashable, Codable {
    /// The mean over segments.
    public let meanDice: Double
    /// For every segment the mean over cases of the Dice of all its pixels in the case.
    public let segments: [String: Double]
}

/// Asks for every structure of some slices by one box, always the same, and compares hard masks at the network's resolution.
///
/// Boxes miss as automatic ones do. Pixels of a structure are pooled over a case, so that a slice with a few pixels of an
/// organ counts what it is worth.
struct Validation<Model: TrainableModel> {
    private let source: any SampleSource
    private let preparation: SlicePreparation<Model>
    private let configuration: TrainingConfiguration
    private let plan: MemoryPlan
    /// Places in the source's entries.
    let entries: [Int]

    private struct Place: Hashable {
        let segment: String
        let caseID: String
    }

    private struct Overlap {
        var intersection = 0
        var total = 0
    }

    init(
        _ source: any SampleSource,
        preparation: SlicePreparation<Model>,
        configuration: TrainingConfiguration,
        plan: MemoryPlan
    ) {
        self.source = source
        self.preparation = preparation
        self.configuration = configuration
        self.plan = plan
        let all = source.entries.indices.filter { !source.entries[$0].segments.isEmpty }
        let seed = configuration.seed
        let ranked = all.sorted {
            let left = CounterRandom.hash("\(source.entries[$0].caseID) \(source.entries[$0].sliceID)", salt: seed)
            let right = CounterRandom.hash("\(source.entries[$1].caseID) \(source.entries[$1].sliceID)", salt: seed)
            return (left, $0) < (right, $1)
        }
        entries = ranked.prefix(configuration.validation.largestCount).sorted()
    }

    /// The score of a network; `progress` is called after every slice with how many are done;
    /// an error that it throws ends the comparison.
    func score(_ network: Model, progress: (Int) throws -> Void = { _ in }) throws -> ValidationScore {
        var overlaps: [Place: Overlap] = [:]
        for (done, entry) in entries.enumerated() {
            let slice = try preparation.validation(source, entry: entry)
            let features = network.features(of: [slice.frozen], scope: configuration.scope).detached()
            let pixels = features.reshaped(Array(features.shape.dropFirst()))
            let caseID = source.entries[entry].caseID
            for first in stride(from: 0, to: slice.structures.count, by: plan.promptsAtATime) {
                let part = Array(slice.structures[first...].prefix(plan.promptsAtATime))
                for (structure, overlap) in zip(part, compare(part, entry: entry, first, network, pixels)) {
                    let place = Place(segment: structure.segment, caseID: caseID)
                    overlaps[place, default: Overlap()].intersection += overlap.intersection
                    overlaps[place, default: Overlap()].total += overlap.total
                }
            }
            try progress(done + 1)
        }
        return Self.score(overlaps)
    }

    private static func score(_ overlaps: [Place: Overlap]) -> ValidationScore {
        // Sorted, because the order of additions counts.
        let sorted = overlaps.sorted { ($0.key.segment, $0.key.caseID) < ($1.key.segment, $1.key.caseID) }
        var dices: [String: [Double]] = [:]
        for (place, overlap) in sorted {
            dices[place.segment, default: []].append(
                overlap.total > 0 ? 2 * Double(overlap.intersection) / Double(overlap.total) : 1
            )
        }
        func mean(_ values: [Double]) -> Double { values.isEmpty ? 0 : values.reduce(0, +) / Double(values.count) }
        let segments = dices.mapValues { mean($0) }
        return ValidationScore(
            meanDice: mean(segments.sorted { $0.key < $1.key }.map(\.value)),
            segments: segments
        )
    }

    private func compare(
        _ structures: [PreparedSlice.Structure],
        entry: Int,
        _ first: Int,
        _ network: Model,
        _ features: Tensor
    ) -> [Overlap] {
        let edge = network.inputSize
        var random = CounterRandom(seed: configuration.seed, step: first, item: entry, purpose: .validation)
        let targets = structures.map { structure -> BoxedMask in
            // A part drawn by chance would be compared with the whole: here it is the whole, in any case.
            let rule = configuration.prompts.boxRule == .anyComponent ? .wholeMask : configuration.prompts.boxRule
            guard let target = BoxedMask(structure.mask, of: structure.segment, rule: rule, random: &random) else {
                preconditionFailure("a prepared structure has pixels")
            }
            return target
        }
        let boxes = PromptDrawing(recipe: configuration.prompts, edge: edge).boxes(targets, random: &random)
        let logits = network.maskChoice.choose(network.decodeTraining(boxes, on: features)).logits
        let low = logits.shape[1]
        let enlarged = logits.reshaped([targets.count, low, low, 1]).resizedBilinearly(rows: edge, columns: edge)
        return enlarged.withUnsafeBufferPointer { logits in
            targets.enumerated().map { index, target in
                var overlap = Overlap()
                for pixel in target.pixels.indices {
                    let isDrawn = logits[index * edge * edge + pixel] > 0
                    overlap.intersection += isDrawn && target.pixels[pixel] ? 1 : 0
                    overlap.total += (isDrawn ? 1 : 0) + (target.pixels[pixel] ? 1 : 0)
                }
                return overlap
            }
        }
    }
}
