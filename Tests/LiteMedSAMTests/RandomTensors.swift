import Checkpoints
import Tensors

extension Tensor {
    /// Reproducible values from [-1, 1).
    static func random(_ shape: [Int], seed: UInt64) -> Tensor {
        var generator = SplitMix(seed: seed)
        return Tensor((0..<shape.reduce(1, *)).map { _ in generator.float() }, shape: shape)
    }
}

extension NamedTensors {
    /// The values of a tensor that is there.
    func doubles(_ name: String) -> [Double] { tensors[name]?.values.map(Double.init) ?? [] }
}

/// The largest difference as a fraction of the largest expected value; infinite when the sizes differ.
func largestRelativeDifference(_ values: [Float], _ expected: [Double]) -> Double {
    guard values.count == expected.count, let scale = expected.map(abs).max(), scale > 0 else { return .infinity }
    return zip(values, expected).reduce(0) { largest, pair in
        let difference = abs(Double(pair.0) - pair.1)
        return difference.isNaN ? .infinity : max(largest, difference / scale)
    }
}
