import Tensors

/// Reproducible values in [−2, 2), different for every seed.
func noise(_ shape: [Int], seed: UInt64 = 1) -> Tensor {
    var state = seed &* 0x9E37_79B9_7F4A_7C15
    let values = (0..<shape.reduce(1, *)).map { _ -> Float in
        state ^= state << 13
        state ^= state >> 7
        state ^= state << 17
        return Float(Int64(bitPattern: state) >> 40) / Float(1 << 22)
    }
    return Tensor(values, shape: shape)
}

/// The largest absolute difference; infinite when the shapes differ or a value is not a number.
func largestDifference(_ left: Tensor, _ right: Tensor) -> Float {
    guard left.shape == right.shape else { return .infinity }
    return zip(left.values, right.values).reduce(0) { largest, pair in
        let difference = abs(pair.0 - pair.1)
        return difference.isNaN ? .infinity : max(largest, difference)
    }
}

/// The element at an index of the tensor's axes, or 0 outside.
func element(_ values: [Float], _ shape: [Int], _ index: [Int]) -> Double {
    var offset = 0
    for (position, length) in zip(index, shape) {
        guard (0..<length).contains(position) else { return 0 }
        offset = offset * length + position
    }
    return Double(values[offset])
}
