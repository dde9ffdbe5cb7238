/// Why a run cannot begin or go on, in words that say what to do. Patients are never named.
public enum TrainingError: Error, Sendable, Hashable, CustomStringConvertible {
    /// The network has no such scope, or the recipe asks for prompts that it does not take.
    case unsupported(String)
    /// A number of the configuration makes no sense.
    case invalidConfiguration(String)
    /// There is not enough to learn from.
    case tooLittleData(String)
    /// Not even the smallest step fits.
    case memoryBudget(needed: Int, budget: Int)
    /// The run's folder belongs to another run, or what lies in it is damaged.
    case foreignFolder(String)
    /// Gradients were not finite several times in a row.
    case diverged(step: Int)

    /// The text for people.
    public var description: String {
        switch self {
        case .unsupported(let detail), .invalidConfiguration(let detail), .tooLittleData(let detail): detail
        case .foreignFolder(let detail): "the run cannot be resumed: \(detail)"
        case .memoryBudget(let needed, let budget):
            """
            the smallest training step needs about \(needed >> 20) MiB, the memory budget is \(budget >> 20) MiB: \
            raise the budget, take fewer images at a time, or train a smaller scope
            """
        case .diverged(let step):
            "gradients stopped being finite at step \(step): lower the learning rate"
        }
    }
}
