import SegmentAnything
import Tensors

/// Draws the prompts of one slice, in pixels of the network's input.
struct PromptDrawing: Sendable {
    let recipe: PromptRecipe
    /// S.
    let edge: Int

    /// A jittered box for every mask, `[B, 4]`.
    func boxes(_ targets: [BoxedMask], random: inout CounterRandom) -> PromptBatch {
        let corners = targets.flatMap { target in
            let box = recipe.jitter(for: target.segment).applied(to: target.box, edge: edge, random: &random)
            return [box.x0, box.y0, box.x1, box.y1].map { Float($0) }
        }
        return PromptBatch(boxes: Tensor(corners, shape: [targets.count, 4]))
    }

    /// One pixel inside every mask.
    func points(_ targets: [BoxedMask], random: inout CounterRandom) -> PromptBatch {
        let coordinates = targets.flatMap { target in
            let inside = target.pixels.indices.filter { target.pixels[$0] }
            return place(of: inside[random.index(below: inside.count)])
        }
        return PromptBatch(
            points: Tensor(coordinates, shape: [targets.count, 1, 2]),
            labels: [Int](repeating: 1, count: targets.count)
        )
    }

    /// Points where the previous masks were wrong, drawn with replacement: label 1 where the object was missed, 0 beside
    /// it; padding where nothing was wrong. With the previous masks as prompts.
    ///
    /// - Parameters:
    ///   - count: points for each mask; 0 gives the masks alone.
    ///   - targets: what should have been found.
    ///   - previous: the previous round's low-res logits, `[B, 4g, 4g]`.
    ///   - random: the stream to draw from.
    /// - Returns: the prompts.
    func corrections(
        _ count: Int,
        _ targets: [BoxedMask],
        previous: Tensor,
        random: inout CounterRandom
    ) -> PromptBatch {
        let masks = previous.detached().activated(.sigmoid)
        guard count > 0 else { return PromptBatch(masks: masks) }
        let (batch, low) = (previous.shape[0], previous.shape[1])
        let enlarged = previous.detached().reshaped([batch, low, low, 1]).resizedBilinearly(rows: edge, columns: edge)
        var coordinates: [Float] = []
        var labels: [Int] = []
        enlarged.withUnsafeBufferPointer { logits in
            for (index, target) in targets.enumerated() {
                let first = index * edge * edge
                let wrong = target.pixels.indices.filter { (logits[first + $0] > 0) != target.pixels[$0] }
                for _ in 0..<count {
                    guard !wrong.isEmpty else {
                        // A padding point: the network gives it no position.
                        coordinates += [0, 0]
                        labels.append(-1)
                        continue
                    }
                    let pixel = wrong[random.index(below: wrong.count)]
                    coordinates += place(of: pixel)
                    labels.append(target.pixels[pixel] ? 1 : 0)
                }
            }
        }
        return PromptBatch(points: Tensor(coordinates, shape: [batch, count, 2]), labels: labels, masks: masks)
    }

    /// x and y of a pixel.
    private func place(of pixel: Int) -> [Float] { [Float(pixel % edge), Float(pixel / edge)] }
}

extension PromptBatch {
    /// Some prompts of the batch.
    func part(_ range: Range<Int>) -> PromptBatch {
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
