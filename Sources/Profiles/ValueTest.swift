import Foundation

/// An ``AttributeTest`` made ready to be applied many times.
struct ValueTest {
    private let passes: ([String]) -> Bool

    init(_ test: AttributeTest, ignoresCase: Bool) {
        passes = Self.prepare(test, ignoresCase)
    }

    /// Whether the attribute's values, already trimmed, pass.
    func callAsFunction(_ values: [String]) -> Bool {
        passes(values)
    }

    private static func prepare(_ test: AttributeTest, _ ignoresCase: Bool) -> ([String]) -> Bool {
        func folded(_ text: String) -> String { ignoresCase ? text.lowercased() : text }
        func each(_ holds: @escaping (String) -> Bool) -> ([String]) -> Bool {
            { values in !values.allSatisfy(\.isEmpty) && values.allSatisfy(holds) }
        }
        switch test {
        case .equals(let text):
            let wanted = folded(text)
            return each { folded($0) == wanted }
        case .oneOf(let texts):
            let wanted = Set(texts.map(folded))
            return each { wanted.contains(folded($0)) }
        case .matches(let pattern):
            // A pattern that cannot be compiled is refused when the profile is read; here it matches nothing.
            let expression = try? MatchPattern.expression(pattern, ignoresCase: ignoresCase)
            return each { value in expression.map { MatchPattern.fits($0, value) } ?? false }
        case .range(let minimum, let maximum):
            return each { value in
                guard let number = Double(value), number.isFinite else { return false }
                return number >= minimum ?? -.infinity && number <= maximum ?? .infinity
            }
        case .exists:
            return { values in !values.allSatisfy(\.isEmpty) }
        case .not(let inner):
            let passes = prepare(inner, ignoresCase)
            return { values in !passes(values) }
        }
    }
}
