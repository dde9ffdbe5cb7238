/// A percentile interval of a bootstrap.
public struct ConfidenceInterval: Sendable, Hashable, Codable {
    /// What was drawn again and again.
    public enum Unit: String, Sendable, Hashable, Codable {
        /// Patients, and cases within patients: the interval speaks of other patients.
        case patients
        /// Cases of few patients: weaker, because cases of one patient are alike.
        case cases
        /// Slices of few cases: weakest; the interval says how sure the mean of these very cases is and nothing of
        /// others.
        case slices
    }

    /// The lower end.
    public var lower: Double
    /// The upper end.
    public var upper: Double
    /// What was drawn.
    public var unit: Unit
    /// How many of these there are.
    public var count: Int

    /// An interval from its ends.
    public init(lower: Double, upper: Double, unit: Unit, count: Int) {
        self.lower = lower
        self.upper = upper
        self.unit = unit
        self.count = count
    }

    /// What the interval means, for captions.
    public var meaning: String {
        switch unit {
        case .patients: "95 % interval over \(count) patients"
        case .cases:
            "too few patients for an interval over patients; 95 % interval over \(count) cases, which is weaker"
        case .slices:
            "too few patients and cases for an interval over them; 95 % interval over \(count) slices of these cases, "
                + "which says nothing of other patients"
        }
    }
}
