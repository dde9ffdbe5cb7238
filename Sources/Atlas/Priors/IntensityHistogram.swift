import Foundation

/// How often intensities occur in a class, as smoothed probabilities of 48 bins.
struct IntensityHistogram {
    static let binCount = 48

    /// The sum is 1; no bin is 0.
    let probabilities: [Float]

    /// From weights of bins. With `isTrimmed`, what lies far from the median, most likely another structure that the
    /// prior was laid over by mistake, is left out.
    init(weights: [Double], isTrimmed: Bool) {
        var kept = weights
        if isTrimmed { Self.trim(&kept) }
        let smooth = Self.smoothed(kept)
        let sum = smooth.reduce(0, +)
        let floor = 0.002 / Double(Self.binCount)
        probabilities = smooth.map { Float(sum > 0 ? 0.998 * $0 / sum + floor : 1 / Double(Self.binCount)) }
    }

    /// Keeps bins within three times the quartiles' mean distance from the median, three bins at least.
    private static func trim(_ weights: inout [Double]) {
        let total = weights.reduce(0, +)
        guard total > 0 else { return }
        func bin(at share: Double) -> Int {
            var sum = 0.0
            for (index, weight) in weights.enumerated() {
                sum += weight
                if sum >= share * total { return index }
            }
            return weights.count - 1
        }
        let middle = bin(at: 0.5)
        let reach = max(3, Int((1.5 * Double(bin(at: 0.75) - bin(at: 0.25))).rounded(.up)))
        for index in weights.indices where abs(index - middle) > reach { weights[index] = 0 }
    }

    /// A Gaussian of 1.2 bins.
    private static func smoothed(_ weights: [Double]) -> [Double] {
        let taps = (-4...4).map { exp(-0.5 * Double($0 * $0) / (1.2 * 1.2)) }
        let sum = taps.reduce(0, +)
        return weights.indices.map { index in
            var value = 0.0
            for (tap, weight) in taps.enumerated() {
                let neighbour = min(max(index + tap - 4, 0), weights.count - 1)
                value += weight / sum * weights[neighbour]
            }
            return value
        }
    }
}
