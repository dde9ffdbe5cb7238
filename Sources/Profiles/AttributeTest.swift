/// What an attribute's value is tested for.
///
/// White space at the ends of a value counts for nothing. Of an attribute with several values every one has to pass,
/// unless the rule chooses one. An absent or empty attribute passes no test, and so passes every ``not(_:)``.
public indirect enum AttributeTest: Sendable, Hashable {
    /// The value is this text.
    case equals(String)
    /// The value is one of these texts.
    case oneOf([String])
    /// The whole value fits the regular expression (ICU's syntax).
    case matches(String)
    /// The value is a number within the limits, which belong to the range.
    case range(minimum: Double?, maximum: Double?)
    /// There is a value at all.
    case exists
    /// The test inside fails.
    case not(AttributeTest)
}

extension AttributeTest: CustomStringConvertible {
    /// For example `equals "CT"`.
    public var description: String {
        switch self {
        case .equals(let text): "equals \"\(text)\""
        case .oneOf(let texts): "is one of " + texts.map { "\"\($0)\"" }.joined(separator: ", ")
        case .matches(let pattern): "matches /\(pattern)/"
        case .range(let minimum?, let maximum?): "is from \(minimum.shortest) to \(maximum.shortest)"
        case .range(let minimum?, nil): "is at least \(minimum.shortest)"
        case .range(nil, let maximum?): "is at most \(maximum.shortest)"
        case .range(nil, nil): "is a number"
        case .exists: "exists"
        case .not(let test): "not: \(test)"
        }
    }
}

extension Double {
    /// Without `.0` for whole numbers.
    var shortest: String {
        magnitude < 1e15 && self == rounded() ? String(Int(self)) : String(self)
    }
}
