import Checkpoints
import DurableFiles
import Foundation
import LiteMedSAM
import SAMMed2D
import SegmentAnything
import Tensors
import Training

/// Times steps of training as a peer takes them: prompts are boxes, one optimiser step for each, nothing is validated.
struct TrainingBenchmark {
    let runs: Int
    /// A word in the names of the cases that are wanted; `nil` for all.
    var only: String?

    private func isWanted(_ name: String) -> Bool { only.map(name.contains) ?? true }

    /// Medians of one case.
    struct Result: Encodable {
        /// Of a step for one image, for adapter steps.
        var secondsPerImage: Double?
        /// Of a step, for decoder steps.
        var seconds: Double?
        /// Processor time over wall-clock time.
        let busyCores: Double
        let peakMemoryMB: Double
    }

    /// Both parts, by case.
    struct Results: Encodable {
        var adapterStep: [String: Result] = [:]
        var decoderStep: [String: Result] = [:]
    }

    /// Decoder steps with eight boxes on a kept embedding, and, for a network with adapters, adapter steps with five masks
    /// an image in both precisions.
    func measure(path: String, into results: inout Results) throws {
        let weights = try CheckpointFile.load(RawPath(path))
        switch try ModelArchitecture.detect(weights) {
        case .liteMedSAM:
            let model = try LiteMedSAMModel(parameters: weights)
            guard isWanted("decoder-litemedsam") else { return }
            results.decoderStep["litemedsam"] = try decoder(model, weights, MaskwiseLoss(), .adamW)
        case .samMed2D, .sam:
            if isWanted("decoder-sam-med2d") {
                let model = try SAMMed2DModel(weights)
                results.decoderStep["sam-med2d"] = try decoder(model, weights, WholeBatchLoss(), .adamW)
            }
            guard try SAMMed2DModel(weights).configuration.hasAdapters else { return }
            for (name, precision, images) in [
                ("fp32", ProductPrecision.float32, 2), ("bf16", .bfloat16, 2), ("fp32-batch1", .float32, 1),
                ("bf16-batch1", .bfloat16, 1),
            ] where isWanted("adapter-\(name)") {
                results.adapterStep[name] = try ProductPrecision.$current.withValue(precision) {
                    // A model of its own: another case's would hold what that one prepared for the encoder.
                    let model = try SAMMed2DModel(weights)
                    var steps = try Steps(model, weights, scope: .adapter, loss: WholeBatchLoss(), settings: .adam)
                    let part = try model.frozenPart(of: NetworkBenchmark.image(), scope: .adapter)
                    return try time(images: images) {
                        try steps.take(Array(repeating: part, count: images), boxesPerImage: 5)
                    }
                }
            }
        }
    }

    private func decoder<Model: TrainableModel>(
        _ model: Model,
        _ weights: NamedTensors,
        _ loss: any SegmentationLoss,
        _ settings: OptimiserSettings
    ) throws -> Result {
        var steps = try Steps(model, weights, scope: .decoder, loss: loss, settings: settings)
        let part = try model.frozenPart(of: NetworkBenchmark.image(), scope: .decoder)
        return try time(images: nil) { try steps.take([part], boxesPerImage: 8) }
    }

    private func time(images: Int?, _ step: () throws -> Double) throws -> Result {
        // As a training run does; what cases before this one have left is not this one's.
        TensorMemory.giveBack()
        TensorMemory.keep(atMost: 3 << 29)
        ProcessMemory.resetPeak()
        let first = try step()
        var last = try step()
        let samples = try (0..<runs).map { _ in
            let start = Clock.now()
            last = try step()
            let end = Clock.now()
            return (wall: end.wall - start.wall, processor: end.processor - start.processor)
        }.sorted { $0.wall < $1.wall }
        guard last < first else { throw BenchmarkError.lossDidNotFall }
        let median = samples[samples.count / 2]
        return Result(
            secondsPerImage: images.map { median.wall / Double($0) },
            seconds: images == nil ? median.wall : nil,
            busyCores: median.processor / median.wall,
            peakMemoryMB: ProcessMemory.peakMB
        )
    }

    /// A network that learns the same masks again and again.
    private struct Steps<Model: TrainableModel> {
        private let model: Model
        private let scope: TrainingScope
        private let loss: any SegmentationLoss
        private var all: NamedTensors
        private let names: [String]
        private var optimiser: Optimiser
        private var shapes: [Int: Ellipses] = [:]

        init(
            _ model: Model,
            _ weights: NamedTensors,
            scope: TrainingScope,
            loss: any SegmentationLoss,
            settings: OptimiserSettings
        ) throws {
            self.model = model
            self.scope = scope
            self.loss = loss
            all = try Model.trainingLayout(of: weights, scope: scope)
            names = all.tensors.keys.filter { Model.isTrained($0, in: scope) }.sorted()
            var own = all
            own.tensors = own.tensors.filter { Model.isTrained($0.key, in: scope) }
            optimiser = Optimiser(own, settings: settings)
            // The optimiser writes in place only what nobody else holds.
            for name in names { all.tensors[name] = nil }
        }

        /// One step; answers the loss.
        mutating func take(_ parts: [Tensor], boxesPerImage: Int) throws -> Double {
            let (gradients, value) = try gradients(parts, boxesPerImage: boxesPerImage)
            optimiser.step(gradients, learningRate: 1e-4)
            return value
        }

        private mutating func gradients(
            _ parts: [Tensor],
            boxesPerImage: Int
        ) throws -> (gradients: [String: Tensor], loss: Double) {
            let count = parts.count * boxesPerImage
            let shapes = shapes[count] ?? Ellipses(count: count, edge: model.inputSize)
            self.shapes[count] = shapes
            var parameters = all
            let trained = optimiser.parameters
            let leaves = names.compactMap { trained.tensors[$0]?.tracked() }
            for (name, leaf) in zip(names, leaves) { parameters.tensors[name] = leaf }
            let network = try model.rebuilt(from: parameters, scope: scope)
            let features = network.features(of: parts, scope: scope)
            let chosen = MaskChoice.Chosen.joined(
                parts.indices.map { image in
                    let boxes = shapes.boxes.slice(image * boxesPerImage..<(image + 1) * boxesPerImage)
                    let own = features.slice(image..<image + 1).reshaped(Array(features.shape.dropFirst()))
                    return network.maskChoice.choose(network.decodeTraining(PromptBatch(boxes: boxes), on: own))
                }
            )
            let masks = TrainedMasks(
                logits: chosen.logits,
                predictedIoU: chosen.predictedIoU,
                labels: shapes.labels
            )
            let loss = loss(masks)
            let found = loss.total.gradients(of: leaves)
            let named = zip(names, found).compactMap { name, gradient in gradient.map { (name, $0) } }
            return (Dictionary(uniqueKeysWithValues: named), loss.value)
        }
    }
}

/// Why a measurement is worth nothing.
enum BenchmarkError: Error, CustomStringConvertible {
    case lossDidNotFall

    var description: String { "the loss did not fall: what was measured is no training" }
}

/// Boxes and the ellipses within them, the same every time.
private struct Ellipses {
    /// `[count, 4]`.
    let boxes: Tensor
    /// `[count, edge, edge]`.
    let labels: Tensor

    init(count: Int, edge: Int) {
        let shapes = (0..<count).map { index in
            (x: 60 + 14 * index, y: 190 - 12 * index, a: 20 + 3 * index, b: 34 - 2 * index)
        }
        boxes = Tensor(
            shapes.flatMap { [$0.x - $0.a, $0.y - $0.b, $0.x + $0.a, $0.y + $0.b].map(Float.init) },
            shape: [count, 4]
        )
        labels = Tensor(
            shapes.flatMap { shape in
                (0..<edge * edge).map { index -> Float in
                    let u = Double(index % edge - shape.x) / Double(shape.a)
                    let v = Double(index / edge - shape.y) / Double(shape.b)
                    return u * u + v * v < 1 ? 1 : 0
                }
            },
            shape: [count, edge, edge]
        )
    }
}
