import Checkpoints
import SegmentAnything
import Tensors

extension LiteMedSAMVerification {
    func sourceImage() throws(CheckpointError) -> SliceImage {
        guard let shape = file.shape(of: "image_u8") else { throw .missingTensor("image_u8") }
        guard shape.count == 2, shape[0] > 0, shape[1] > 0, file.elementType(of: "image_u8") == .uint8 else {
            throw .malformed("image_u8 has shape \(shape); rows and columns of bytes were expected")
        }
        return SliceImage(rows: shape[0], columns: shape[1], pixels: try file.bytes("image_u8"))
    }

    /// The bytes after resizing and the values after stretching and padding: both exact.
    func compareInput(_ input: NetworkInput) throws(CheckpointError) -> [Difference] {
        let size = InputFrame.size
        let resized = try compare("resized_u8") {
            Tensor(input.resized.pixels.map { Float($0) }, shape: [input.frame.rows, input.frame.columns])
        } tolerance: { _ in
            0
        }
        let values = try compare("input_1ch") {
            Tensor(input.paddedBytes.map { input.levels[Int($0)] }, shape: [size, size])
        } tolerance: { _ in
            0
        }
        return resized + values
    }

    /// A stage `[n, n, C]`, of which the file has eight rows and columns from the first to the last.
    func compareStage(_ stage: String, _ value: Tensor) throws(CheckpointError) -> [Difference] {
        try compare("enc/\(stage)") {
            Self.sampled(value)
        } tolerance: { magnitude in
            2e-5 * magnitude + 1e-5
        }
    }

    func compareDecoder(
        _ model: LiteMedSAMModel,
        _ image: SliceImage,
        _ embedded: Tensor
    ) throws -> [Difference] {
        let features = embedded.reshaped([TinyViT.grid * TinyViT.grid, TinyViT.outputs])
        let boxes = try file.tensor("boxes_orig")
        guard boxes.shape.count == 2, boxes.shape[1] == 4 else {
            throw CheckpointError.malformed("boxes_orig has shape \(boxes.shape), not [B, 4]")
        }
        let frame = try InputFrame(sourceRows: image.rows, sourceColumns: image.columns)
        let prompts = Self.prompts(boxes)
        let corners = prompts.compactMap(\.box).map(frame.scaled).flatMap { [$0.x0, $0.y0, $0.x1, $0.y1] }
        let batch = PromptBatch(boxes: Tensor(corners.map { Float($0) }, shape: boxes.shape))
        let output = try model.decodeAll(batch, on: features)
        var differences = try compare("dec/sparse") {
            model.promptEncoder.sparse(batch)
        } tolerance: { _ in
            Self.tokenTolerance
        }
        differences += try compare("dec/iou") {
            output.predictedIoU
        } tolerance: { _ in
            Self.predictedIoUTolerance
        }
        let embedding = ImageEmbedding(
            features: features,
            grid: TinyViT.grid,
            sourceRows: image.rows,
            sourceColumns: image.columns
        )
        return differences + (try compareMasks(try model.decode(prompts, on: embedding)))
    }

    /// What a caller gets: the logits of the chosen mask, and the mask but for pixels that lie on the fence.
    private func compareMasks(_ predictions: [MaskPrediction]) throws(CheckpointError) -> [Difference] {
        var differences = try compare("dec/low_mask0") {
            Tensor.joined(predictions.map { $0.lowResLogits.reshaped([1] + $0.lowResLogits.shape) })
        } tolerance: { _ in
            Self.logitTolerance
        }
        for (index, prediction) in predictions.enumerated() {
            let name = "dec/final_mask_b\(index)"
            guard file.shape(of: name) == prediction.logits.shape else { continue }
            let expected = try file.tensor(name).values
            let found = zip(prediction.logits.values, expected).map { logit, expected -> Float in
                abs(logit) < Self.logitTolerance ? expected : logit > 0 ? 1 : 0
            }
            differences += try compare(name) {
                Tensor(found, shape: prediction.logits.shape)
            } tolerance: { _ in
                0
            }
        }
        return differences
    }

    /// The comparison with the tensor of that name, or nothing where the file has none.
    func compare(
        _ name: String,
        _ found: () -> Tensor,
        tolerance: (_ magnitude: Float) -> Float
    ) throws(CheckpointError) -> [Difference] {
        guard file.shape(of: name) != nil else { return [] }
        let expected = try file.tensor(name).values
        let found = found().values
        var largest: Float = expected.count == found.count ? 0 : .infinity
        for (found, expected) in zip(found, expected) {
            let difference = abs(found - expected)
            largest = difference.isNaN ? .infinity : max(largest, difference)
        }
        let magnitude = expected.reduce(0) { max($0, abs($1)) }
        return [Difference(name: name, largest: largest, magnitude: magnitude, tolerance: tolerance(magnitude))]
    }

    private static func prompts(_ boxes: Tensor) -> [Prompt] {
        let corners = boxes.values.map { Double($0) }
        return stride(from: 0, to: corners.count, by: 4).map { first in
            Prompt(
                box: Prompt.Box(
                    x0: corners[first],
                    y0: corners[first + 1],
                    x1: corners[first + 2],
                    y1: corners[first + 3]
                )
            )
        }
    }

    /// `[n, n, C]` as `[C, 8, 8]`: rows and columns ⌊i·(n − 1)/7⌋.
    private static func sampled(_ value: Tensor) -> Tensor {
        let (grid, channels) = (value.shape[0], value.shape[2])
        let positions = (0..<8).map { $0 * (grid - 1) / 7 }
        let samples = value.withUnsafeBufferPointer { values in
            (0..<channels).flatMap { channel in
                positions.flatMap { row in positions.map { values[(row * grid + $0) * channels + channel] } }
            }
        }
        return Tensor(samples, shape: [channels, 8, 8])
    }
}
