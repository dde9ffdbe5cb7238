import Tensors

/// Compares gradients with central finite differences.
public enum GradientCheck {
    /// The largest difference between the gradient of `Σ weights · function(inputs)` and its finite difference, over all
    /// elements of all inputs, each relative to the largest entry of the input's gradient.
    ///
    /// `function` gets the inputs as leaves. The weights are fixed noise, so that no two outputs' gradients are alike.
    /// Differences of fp32 results are noisy: keep inputs near 1 and small; a right gradient gives about 1e-3.
    public static func largestError(
        of inputs: [Tensor],
        step: Float = 1e-2,
        function: ([Tensor]) -> Tensor
    ) -> Double {
        let leaves = inputs.map { $0.tracked() }
        let result = function(leaves)
        let weights = noise(result.shape, seed: 77)
        let gradients = result.gradients(of: leaves, seed: weights)
        var largest = 0.0
        for (index, input) in inputs.enumerated() {
            guard let gradient = gradients[index] else { return .infinity }
            guard gradient.shape == input.shape else { return .infinity }
            let size = gradient.values.reduce(0) { max($0, Double(abs($1))) }
            guard size > 0 else { return .infinity }
            for element in 0..<input.count {
                func value(_ change: Float) -> Double {
                    var changed = inputs
                    var values = input.values
                    values[element] += change
                    changed[index] = Tensor(values, shape: input.shape)
                    return zip(function(changed).values, weights.values).reduce(0) { $0 + Double($1.0) * Double($1.1) }
                }
                let difference = (value(step) - value(-step)) / (2 * Double(step))
                largest = max(largest, abs(difference - Double(gradient.values[element])) / size)
            }
        }
        return largest
    }

    /// Reproducible noise in −1…1.
    public static func noise(_ shape: [Int], seed: UInt64) -> Tensor {
        var state = seed
        let count = shape.reduce(1, *)
        let values = (0..<count).map { _ -> Float in
            state &+= 0x9E37_79B9_7F4A_7C15
            var z = state
            z = (z ^ (z >> 30)) &* 0xBF58_476D_1CE4_E5B9
            z = (z ^ (z >> 27)) &* 0x94D0_49BB_1331_11EB
            return Float(Int64(bitPattern: (z ^ (z >> 31)) >> 40) - (1 << 23)) / Float(1 << 23)
        }
        return Tensor(values, shape: shape)
    }
}
