/// The number of elements and bytes of a shape that a file claims, computed without overflow.
struct TensorSize {
    let count: Int
    let byteCount: Int

    /// Refuses negative lengths and products that do not fit, in whichever order they are multiplied.
    init(of shape: [Int], _ type: ElementType, name: String) throws(CheckpointError) {
        var bound = type.byteCount
        for length in shape {
            let (product, overflowed) = bound.multipliedReportingOverflow(by: max(1, length))
            guard length >= 0, !overflowed else {
                throw .malformed("tensor \(CheckpointError.quote(name)) has the impossible shape \(shape)")
            }
            bound = product
        }
        byteCount = shape.contains(0) ? 0 : bound
        count = byteCount / type.byteCount
    }
}
