import Foundation

/// How the learning rate runs over a run: it rises linearly, then falls along half a cosine.
public struct LearningRateSchedule: Sendable, Hashable, Codable {
    /// The highest rate.
    public var peak: Double
    /// The number of steps until the peak; 0 starts there.
    public var warmUpSteps: Int
    /// What is left of the peak at the end, 0…1; 1 keeps the rate constant.
    public var finalFraction: Double

    /// A schedule; its length is that of the run.
    public init(peak: Double = 1e-4, warmUpSteps: Int = 20, finalFraction: Double = 0.05) {
        self.peak = peak
        self.warmUpSteps = warmUpSteps
        self.finalFraction = finalFraction
    }

    /// The rate of a step, counted from 0, in a run of `steps`.
    public func rate(at step: Int, of steps: Int) -> Double {
        if step < warmUpSteps { return peak * Double(step + 1) / Double(warmUpSteps) }
        let progress = min(1, Double(step - warmUpSteps) / Double(max(1, steps - warmUpSteps)))
        return peak * (finalFraction + (1 - finalFraction) * (1 + cos(.pi * progress)) / 2)
    }
}
