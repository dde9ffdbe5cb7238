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
