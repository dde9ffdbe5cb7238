// Cutting tensors and putting them together. Every gradient is the same cut the other way round.

extension Tensor {
    /// The elements `range` of the outermost axis, copied.
    public func slice(_ range: Range<Int>) -> Tensor {
        precondition(!shape.isEmpty && range.lowerBound >= 0 && range.upperBound <= shape[0], "\(range) of \(shape)")
        return cut(range, items: 1, shape: [range.count] + shape.dropFirst())
    }

    /// The rows `range` of every item of a batch: `[B, n, …]` to `[B, k, …]`, copied.
    public func rows(_ range: Range<Int>) -> Tensor {
        precondition(
            shape.count > 1 && range.lowerBound >= 0 && range.upperBound <= shape[1],
            "rows \(range) of \(shape)"
        )
        return cut(range, items: shape[0], shape: [shape[0], range.count] + shape.dropFirst(2))
    }

    /// One row of every item of a batch: `[B, n, …]` to `[B, …]`, copied.
    public func row(_ index: Int) -> Tensor {
        rows(index..<index + 1).reshaped([shape[0]] + shape.dropFirst(2))
    }

    /// `count` copies under a new outermost axis that replaces the present one of length 1.
    public func repeated(_ count: Int) -> Tensor {
        precondition(shape.first == 1, "only an outermost axis of length 1 is repeated, not \(shape)")
        guard count != 1 else { return self }
        let result = Tensor(shape: [count] + shape.dropFirst()) { target in
            withPointer { source in
                for copy in 0..<count {
                    (target.start + copy * self.count).initialize(from: source, count: self.count)
                }
            }
        }
        let own = shape
        return result.recording([self]) { gradient in
            [gradient.reshaped([count, gradient.count / max(1, count)]).summedOverRows().reshaped(own)]
        }
    }

    /// Tensors joined along the outermost axis; the other axes must agree.
    public static func joined(_ parts: [Tensor]) -> Tensor {
        precondition(Set(parts.map { Array($0.shape.dropFirst()) }).count == 1, "parts of different shapes")
        let rest = parts[0].shape.dropFirst()
        let result = Tensor(shape: [parts.reduce(0) { $0 + $1.shape[0] }] + rest) { target in
            var next = target.start
            for part in parts {
                part.withPointer { next.initialize(from: $0, count: part.count) }
                next += part.count
            }
        }
        guard parts.contains(where: \.isTracked) else { return result }
        let places = Tensor.places(of: parts, axis: 0)
        return result.recording(parts) { gradient in places.map { $0.map { gradient.slice($0) } } }
    }

    /// The rows of several tensors one after the other: `[B, n, …]` and `[B, m, …]` to `[B, n + m, …]`.
    ///
    /// A tensor of batch 1 is put into every item; the axes after the second must agree.
    public static func joinedRows(_ parts: [Tensor]) -> Tensor {
        precondition(parts.allSatisfy { $0.shape.count > 1 }, "rows are joined along the second axis")
        precondition(Set(parts.map { Array($0.shape.dropFirst(2)) }).count == 1, "rows of different shapes")
        let batch = parts.map { $0.shape[0] }.max() ?? 1
        precondition(parts.allSatisfy { [1, batch].contains($0.shape[0]) }, "batches \(parts.map { $0.shape[0] })")
        let shape = [batch, parts.reduce(0) { $0 + $1.shape[1] }] + parts[0].shape.dropFirst(2)
        let length = shape.dropFirst().reduce(1, *)
        let result = Tensor(shape: shape) { target in
            var next = target.start
            for part in parts {
                let count = part.shape.dropFirst().reduce(1, *)
                let step = part.shape[0] == 1 ? 0 : count
                part.withPointer { Runs(batch, of: count).copy($0, step: step, to: next, step: length) }
                next += count
            }
        }
        guard parts.contains(where: \.isTracked) else { return result }
        let (places, shapes) = (Tensor.places(of: parts, axis: 1), parts.map(\.shape))
        return result.recording(parts) { gradient in
            zip(places, shapes).map { place, shape in
                place.map { gradient.rows($0).summedItems(to: shape) }
            }
        }
    }

    /// Where each tracked part stands in the joined axis; nil for the others.
    private static func places(of parts: [Tensor], axis: Int) -> [Range<Int>?] {
        var end = 0
        return parts.map { part in
            let first = end
            end += part.shape[axis]
            return part.isTracked ? first..<end : nil
        }
    }

    /// The sum over the batch where the shape wants one item of several.
    private func summedItems(to shape: [Int]) -> Tensor {
        guard self.shape != shape else { return self }
        return reshaped([self.shape[0], count / max(1, self.shape[0])]).summedOverRows().reshaped(shape)
    }

    /// The part `range` of the axis behind the items, one run of memory of each item.
    private func cut(_ range: Range<Int>, items: Int, shape result: [Int]) -> Tensor {
        let whole = count / max(1, items)
        let run = result.reduce(1, *) / max(1, items)
        let first = range.isEmpty ? 0 : range.lowerBound * (run / range.count)
        let runs = Runs(items, of: run)
        let part = Tensor(shape: result) { target in
            withPointer { runs.copy($0 + first, step: whole, to: target.start, step: run) }
        }
        let own = shape
        return part.recording([self]) { gradient in
            let spread = Tensor(shape: own) { target in
                target.initialize(repeating: 0)
                gradient.withPointer { runs.copy($0, step: run, to: target.start + first, step: whole) }
            }
            return [spread]
        }
    }
}

/// Equally long runs of memory.
private struct Runs: Sendable {
    let count: Int
    let length: Int

    init(_ count: Int, of length: Int) {
        self.count = count
        self.length = length
    }

    /// Copies the runs; each starts `step` elements after the one before it, on either side.
    func copy(
        _ source: UnsafePointer<Float>,
        step: Int,
        to target: UnsafeMutablePointer<Float>,
        step targetStep: Int
    ) {
        ComputeThreads.overRows(count, elementsPerRow: length) { range in
            for run in range {
                (target + run * targetStep).initialize(from: source + run * step, count: length)
            }
        }
    }
}
