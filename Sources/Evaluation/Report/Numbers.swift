import Foundation
import Training

/// How numbers stand in reports: with a point, whatever the locale, and `–` where there is none.
enum Numbers {
    static let none = "–"

    static func fixed(_ value: Double?, _ digits: Int) -> String {
        guard let value, value.isFinite else { return none }
        return String(format: "%.\(digits)f", value)
    }

    static func signed(_ value: Double?, _ digits: Int) -> String {
        guard let value, value.isFinite else { return none }
        return String(format: "%+.\(digits)f", value)
    }

    /// `0.71 (0.62–0.78)`.
    static func mean(_ mean: EvaluationSummary.Mean?, _ digits: Int) -> String {
        guard let mean else { return none }
        return fixed(mean.value, digits) + interval(mean.interval, digits)
    }

    /// ` (0.62–0.78)`, or nothing.
    static func interval(_ interval: ConfidenceInterval?, _ digits: Int) -> String {
        interval.map { " (\(fixed($0.lower, digits))–\(fixed($0.upper, digits)))" } ?? ""
    }

    /// `1 patient`, `2 patients`.
    static func count(_ count: Int, _ thing: String) -> String { "\(count) \(thing)\(count == 1 ? "" : "s")" }

    /// A share of a number of cases.
    static func share(_ count: Int, of total: Int) -> String { "\(count)/\(total)" }
}
