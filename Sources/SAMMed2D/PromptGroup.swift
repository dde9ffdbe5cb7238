import SegmentAnything
import Tensors

/// Prompts that can be decoded in one batch: the same number of points, a box or none, a mask or none.
struct PromptGroup {
    /// Positions of the prompts in the caller's list.
    let indices: [Int]
    let batch: PromptBatch

    private struct Kind: Hashable {
        let points: Int
        let hasBox: Bool
        let hasMask: Bool
    }

    /// Sorts prompts by kind and maps them to the network's input.
    ///
    /// - Throws: ``ModelError/invalidInput(_:)`` for a mask of the wrong size, an unknown label, or a coordinate that is
    ///   not a finite number.
    static func groups(
        of prompts: [Prompt],
        for model: SAMMed2DModel,
        on embedding: ImageEmbedding
    ) throws(ModelError) -> [PromptGroup] {
        let edge = 4 * embedding.grid
        var kinds: [Kind: [Int]] = [:]
        for (index, prompt) in prompts.enumerated() {
            try validate(prompt, maskEdge: edge)
            let kind = Kind(points: prompt.points.count, hasBox: prompt.box != nil, hasMask: prompt.mask != nil)
            kinds[kind, default: []].append(index)
        }
        return kinds.values.sorted { $0[0] < $1[0] }.map { indices in
            PromptGroup(indices: indices, batch: batch(indices.map { prompts[$0] }, for: model, on: embedding))
        }
    }

    private static func validate(_ prompt: Prompt, maskEdge edge: Int) throws(ModelError) {
        if let mask = prompt.mask, mask.shape != [edge, edge] {
            throw .invalidInput(
                "a mask prompt has shape \(mask.shape): this model takes the sigmoid of its low-res logits, "
                    + "\([edge, edge])"
            )
        }
        guard prompt.points.allSatisfy({ (-1...1).contains($0.label) }) else {
            throw .invalidInput("point labels are 1 (foreground), 0 (background) and −1 (padding)")
        }
        let corners = prompt.box.map { [$0.x0, $0.y0, $0.x1, $0.y1] } ?? []
        guard (corners + prompt.points.flatMap { [$0.x, $0.y] }).allSatisfy(\.isFinite) else {
            throw .invalidInput("a coordinate of a prompt is not a finite number")
        }
    }

    /// Prompts of one kind.
    private static func batch(
        _ prompts: [Prompt],
        for model: SAMMed2DModel,
        on embedding: ImageEmbedding
    ) -> PromptBatch {
        func mapped(_ x: Double, _ y: Double) -> [Float] {
            let position = model.preprocessing.position(
                x: x,
                y: y,
                rows: embedding.sourceRows,
                columns: embedding.sourceColumns,
                size: model.configuration.inputSize
            )
            return [position.x, position.y]
        }
        let boxes = prompts.compactMap(\.box).flatMap { mapped($0.x0, $0.y0) + mapped($0.x1, $0.y1) }
        let points = prompts.flatMap(\.points)
        let masks = prompts.compactMap(\.mask)
        let count = prompts.count
        return PromptBatch(
            boxes: boxes.isEmpty ? nil : Tensor(boxes, shape: [count, 4]),
            points: points.isEmpty
                ? nil : Tensor(points.flatMap { mapped($0.x, $0.y) }, shape: [count, points.count / count, 2]),
            labels: points.map(\.label),
            masks: masks.isEmpty ? nil : Tensor.joined(masks.map { $0.reshaped([1] + $0.shape) })
        )
    }
}
