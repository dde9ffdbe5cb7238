extension Tensor {
    /// The elements of the outermost axis in the opposite order.
    public func reversed() -> Tensor {
        precondition(!shape.isEmpty, "a scalar has no order")
        return gathered((0..<shape[0]).reversed())
    }

    /// The chosen elements of the outermost axis, in the order of the indices, which may repeat: `[n, …]` to `[k, …]`.
    ///
    /// Gradients of an element that was chosen several times add in that order.
    public func gathered(_ indices: [Int]) -> Tensor {
        precondition(!shape.isEmpty && indices.allSatisfy { (0..<shape[0]).contains($0) }, "\(indices) of \(shape)")
        let length = shape.dropFirst().reduce(1, *)
        let result = Tensor(shape: [indices.count] + shape.dropFirst()) { result in
            let target = result.start
            withPointer { source in
                ComputeThreads.overRows(indices.count, elementsPerRow: length) { range in
                    for place in range {
                        (target + place * length).initialize(from: source + indices[place] * length, count: length)
                    }
                }
            }
        }
        let own = shape
        return result.recording([self]) { [$0.scattered(indices, to: own)] }
    }

    /// The sums of the elements of the outermost axis that belong to the same index: `[k, …]` to `shape`.
    private func scattered(_ indices: [Int], to shape: [Int]) -> Tensor {
        let length = shape.dropFirst().reduce(1, *)
        return Tensor(shape: shape) { result in
            result.initialize(repeating: 0)
            let target = result.start
            withPointer { source in
                // Each thread adds its columns of all elements: the order of every sum is that of the indices.
                ComputeThreads.overColumns(length, rows: indices.count) { columns in
                    for (place, index) in indices.enumerated() {
                        let (from, to) = (source + place * length, target + index * length)
                        for column in columns { to[column] += from[column] }
                    }
                }
            }
        }
    }
}
