import Checkpoints
import Tensors

/// A network that can be compared tensor by tensor with what the published code computes.
public protocol VerifiableModel: Sendable {
    /// Encodes an input that is already normalised, `[1, 3, S, S]`, to `[g·g, C]`.
    func embed(input: Tensor) throws(ModelError) -> Tensor

    /// Decodes prompts in input pixels from an embedding `[g·g, C]`: all four masks.
    func decodeAll(_ prompts: PromptBatch, on features: Tensor) throws(ModelError) -> MaskDecoder.Output
}

/// Runs every case of a golden file through a network: the installation qualification of a site.
///
/// The file holds `input.image` `[1,3,S,S]` and `image_embedding` `[1,C,g,g]`, then for each CASE any of `CASE/boxes`
/// `[B,4]`, `CASE/point_coords` `[B,n,2]`, `CASE/point_labels` `[B,n]`, `CASE/mask_input` `[B,1,4g,4g]` and the expected
/// `CASE/masks4` `[B,4,4g,4g]` and `CASE/iou4` `[B,4]`.
public struct GoldenVerification: Sendable {
    /// How far a tensor is from the expected one.
    public struct Difference: Sendable, Hashable {
        /// The tensor's name in the golden file.
        public let name: String
        /// The largest absolute difference; infinite when a value is not a number.
        public let largest: Float
        /// The largest absolute expected value, to judge the difference by.
        public let magnitude: Float

        /// Whether this is the embedding rather than a logit or a predicted IoU.
        public var isEmbedding: Bool { name == GoldenVerification.embeddingName }
    }

    /// What an fp32 engine keeps on embeddings.
    public static let embeddingTolerance: Float = 2e-5
    /// What an fp32 engine keeps on logits and predicted IoU.
    public static let logitTolerance: Float = 1e-5
    private static let embeddingName = "image_embedding"

    private let file: SafetensorsFile

    /// Takes a file in the layout above.
    public init(_ file: SafetensorsFile) {
        self.file = file
    }

    /// The names of the cases, sorted.
    public var cases: [String] {
        file.names.filter { $0.hasSuffix("/masks4") }.map { String($0.dropLast("/masks4".count)) }
    }

    /// Encodes the image, decodes every case from the model's own embedding, and compares.
    ///
    /// - Throws: ``CheckpointError`` when the file does not have the layout, ``ModelError`` when the model refuses it.
    public func run(_ model: some VerifiableModel) throws -> [Difference] {
        let expected = try file.tensor(Self.embeddingName)
        guard expected.shape.count == 4, expected.shape[0] == 1, expected.shape[2] == expected.shape[3] else {
            throw CheckpointError.malformed("\(Self.embeddingName) has shape \(expected.shape), not [1, C, g, g]")
        }
        let input = try file.tensor("input.image")
        let features = try model.embed(input: input)
        guard features.count == expected.count else {
            throw CheckpointError.malformed(
                "\(Self.embeddingName) has shape \(expected.shape), the model's is \(features.shape)"
            )
        }
        var differences = [compare(Self.embeddingName, features, expected.channelsLast())]
        for name in cases {
            let output = try model.decodeAll(try prompts(of: name, grid: expected.shape[2]), on: features)
            for (tensor, found) in [("masks4", output.logits), ("iou4", output.predictedIoU)] {
                let full = "\(name)/\(tensor)"
                let expected = try file.tensor(full)
                guard expected.shape == found.shape else {
                    throw CheckpointError.malformed(
                        "\(full) has shape \(expected.shape), the model's is \(found.shape)"
                    )
                }
                differences.append(compare(full, found, expected))
            }
        }
        return differences
    }

    /// Whether every difference is within its tolerance.
    public static func passes(_ differences: [Difference]) -> Bool {
        differences.allSatisfy { $0.largest <= ($0.isEmbedding ? embeddingTolerance : logitTolerance) }
    }

    /// The prompts of one case.
    public func prompts(of name: String, grid: Int) throws(CheckpointError) -> PromptBatch {
        let boxes = try optional(name + "/boxes", axes: 2)
        let points = try optional(name + "/point_coords", axes: 3)
        let labels = try optional(name + "/point_labels", axes: 2)
        let masks = try optional(name + "/mask_input", axes: 4)
        let counts = [boxes, points, labels, masks].compactMap { $0?.shape[0] }
        let fits =
            Set(counts).count <= 1 && boxes.map { $0.shape[1] == 4 } ?? true && points.map { $0.shape[2] == 2 } ?? true
            && labels?.count == points.map { $0.count / 2 } && masks.map { $0.shape[2] == 4 * grid } ?? true
            && masks.map { $0.shape[1] == 1 && $0.shape[3] == 4 * grid } ?? true
            && labels?.values.allSatisfy { abs($0) < 1_000 } ?? true
        guard fits else { throw .malformed("the prompts of case \(name) do not fit together") }
        return PromptBatch(
            boxes: boxes,
            points: points,
            labels: labels?.values.map { Int($0) } ?? [],
            masks: masks.map { $0.reshaped([$0.shape[0], 4 * grid, 4 * grid]) }
        )
    }

    private func optional(_ name: String, axes: Int) throws(CheckpointError) -> Tensor? {
        guard let shape = file.shape(of: name) else { return nil }
        guard shape.count == axes else { throw .malformed("\(name) has shape \(shape), \(axes) axes were expected") }
        return try file.tensor(name)
    }

    private func compare(_ name: String, _ found: Tensor, _ expected: Tensor) -> Difference {
        var largest: Float = 0
        var magnitude: Float = 0
        for (found, expected) in zip(found.values, expected.values) {
            let difference = abs(found - expected)
            largest = difference.isNaN ? .infinity : max(largest, difference)
            magnitude = max(magnitude, abs(expected))
        }
        return Difference(name: name, largest: largest, magnitude: magnitude)
    }
}
