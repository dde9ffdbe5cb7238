import Tensors

/// Prompts of one kind for one slice, in pixels of the network's input (x = column, y = row).
public struct PromptBatch: Sendable {
    /// `[B, 4]`: x0, y0, x1, y1.
    public let boxes: Tensor?
    /// `[B, n, 2]`: x, y.
    public let points: Tensor?
    /// B·n labels: 1 foreground, 0 background, −1 padding.
    public let labels: [Int]
    /// `[B, 4g, 4g]` for an embedding grid g.
    public let masks: Tensor?
    /// B; 1 when there is nothing at all.
    public let count: Int

    /// Groups prompts; a group of nothing is the one prompt that asks for whatever there is.
    public init(boxes: Tensor? = nil, points: Tensor? = nil, labels: [Int] = [], masks: Tensor? = nil) {
        count = points?.shape[0] ?? boxes?.shape[0] ?? masks?.shape[0] ?? 1
        precondition(boxes == nil || boxes?.shape == [count, 4], "boxes are [B, 4]")
        precondition(labels.count == (points.map { $0.shape[0] * $0.shape[1] } ?? 0), "a label for each point")
        precondition(points == nil || points?.shape.last == 2, "points are [B, n, 2]")
        precondition(masks == nil || masks?.shape.count == 3 && masks?.shape[0] == count, "masks are [B, 4g, 4g]")
        self.boxes = boxes
        self.points = points
        self.labels = labels
        self.masks = masks
    }

    /// The number of sparse tokens of each prompt: points, a padding point when there is no box, box corners.
    public var tokenCount: Int {
        (points.map { $0.shape[1] + (boxes == nil ? 1 : 0) } ?? 0) + (boxes == nil ? 0 : 2)
    }

    /// The prompts `range` of the group.
    func slice(_ range: Range<Int>) -> PromptBatch {
        guard range != 0..<count else { return self }
        let points = points?.shape[1] ?? 0
        return PromptBatch(
            boxes: boxes?.slice(range),
            points: self.points?.slice(range),
            labels: Array(labels[range.lowerBound * points..<range.upperBound * points]),
            masks: masks?.slice(range)
        )
    }
}
