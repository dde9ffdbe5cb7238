extension Tensor {
    /// The length of the innermost axis; 1 for a scalar.
    public var lastAxis: Int { shape.last ?? 1 }

    /// The number of rows, that is of runs along the innermost axis.
    public var rowCount: Int { shape.dropLast().reduce(1, *) }

    /// Gives the address of the first element, which is never nil.
    package func withPointer<Result>(_ body: (UnsafePointer<Float>) throws -> Result) rethrows -> Result {
        try withUnsafeBufferPointer { try body($0.start) }
    }

    /// Gives the address of the first element for writing.
    package mutating func withMutablePointer<Result>(
        _ body: (UnsafeMutablePointer<Float>) throws -> Result
    ) rethrows -> Result {
        try withUnsafeMutableBufferPointer { try body($0.start) }
    }

    /// The elements `range` of the outermost axis, copied.
    public func slice(_ range: Range<Int>) -> Tensor {
        precondition(!shape.isEmpty && range.lowerBound >= 0 && range.upperBound <= shape[0], "\(range) of \(shape)")
        let stride = shape.dropFirst().reduce(1, *)
        return withUnsafeBufferPointer { source in
            Tensor(shape: [range.count] + shape.dropFirst()) { target in
                _ = target.initialize(from: source[range.lowerBound * stride..<range.upperBound * stride])
            }
        }
    }

    /// `count` copies under a new outermost axis that replaces the present one of length 1.
    public func repeated(_ count: Int) -> Tensor {
        precondition(shape.first == 1, "only an outermost axis of length 1 is repeated, not \(shape)")
        guard count != 1 else { return self }
        return Tensor(shape: [count] + shape.dropFirst()) { target in
            withPointer { source in
                for copy in 0..<count {
                    (target.start + copy * self.count).initialize(from: source, count: self.count)
                }
            }
        }
    }

    /// Tensors joined along the outermost axis; the other axes must agree.
    public static func joined(_ parts: [Tensor]) -> Tensor {
        precondition(Set(parts.map { Array($0.shape.dropFirst()) }).count == 1, "parts of different shapes")
        let rest = parts[0].shape.dropFirst()
        return Tensor(shape: [parts.reduce(0) { $0 + $1.shape[0] }] + rest) { target in
            var next = target.start
            for part in parts {
                part.withPointer { next.initialize(from: $0, count: part.count) }
                next += part.count
            }
        }
    }
}

extension UnsafeBufferPointer<Float> {
    package var start: UnsafePointer<Float> {
        guard let baseAddress else { preconditionFailure("a tensor's memory has an address") }
        return baseAddress
    }
}

extension UnsafeMutableBufferPointer<Float> {
    package var start: UnsafeMutablePointer<Float> {
        guard let baseAddress else { preconditionFailure("a tensor's memory has an address") }
        return baseAddress
    }
}
