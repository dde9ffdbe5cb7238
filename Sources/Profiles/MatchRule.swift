/// A condition on one instance (or one frame of a multi-frame instance) of a series.
///
/// A series fits a profile when each of its instances satisfies all of the profile's rules: one odd slice fails it.
public indirect enum MatchRule: Sendable, Hashable {
    case attribute(AttributeRule)
    case orientation(OrientationRule)
    case sliceCount(SliceCountRule)
    case imageType(ImageTypeRule)
    case group(MatchGroup)
}

/// A test of one attribute.
public struct AttributeRule: Sendable, Hashable {
    /// What is looked at.
    public let attribute: MatchAttribute
    /// What it is tested for.
    public let test: AttributeTest
    /// Which of several values is tested, counted from 1; `nil` for every one.
    public let valueNumber: Int?
    /// Whether upper and lower case are the same to the test.
    public let ignoresCase: Bool
    /// Where the rule stands in the profile's file.
    public let line: Int
}

/// The plane of a slice, from Image Orientation (Patient) (0020,0037), PS3.3 section C.7.6.2.1.1.
public struct OrientationRule: Sendable, Hashable {
    /// The plane that the slice has to lie in.
    public let plane: SliceOrientation.Plane
    /// Degrees by which the slice's normal may lean away from the plane's.
    public let tolerance: Double
    /// Where the rule stands in the profile's file.
    public let line: Int
}

/// How many instances (frames of a multi-frame instance) the series has.
public struct SliceCountRule: Sendable, Hashable {
    /// `nil` for no lower limit.
    public let minimum: Int?
    /// `nil` for no upper limit.
    public let maximum: Int?
    /// Where the rule stands in the profile's file.
    public let line: Int
}

/// Which values Image Type (0008,0008) must have and must not have, wherever they stand.
public struct ImageTypeRule: Sendable, Hashable {
    /// Values that all have to be there.
    public let contains: [String]
    /// Values of which none may be there.
    public let excludes: [String]
    /// Where the rule stands in the profile's file.
    public let line: Int
}

/// Rules that are taken together, for each instance by itself.
public struct MatchGroup: Sendable, Hashable {
    /// How many of the rules have to hold.
    public enum Quantifier: String, Sendable, Hashable, CaseIterable {
        case all
        case any
        case none
    }

    /// How many of the rules have to hold.
    public let quantifier: Quantifier
    /// The rules, which can be groups again.
    public let rules: [MatchRule]
    /// Where the rule stands in the profile's file.
    public let line: Int
}

extension MatchRule: CustomStringConvertible {
    /// The rule in words, for example `Modality equals "CT"`.
    public var description: String {
        switch self {
        case .attribute(let rule):
            rule.attribute.key + (rule.valueNumber.map { " value \($0)" } ?? "") + " \(rule.test)"
                + (rule.ignoresCase ? " (any case)" : "")
        case .orientation(let rule): "orientation \(rule.plane.rawValue) within \(rule.tolerance.shortest)°"
        case .sliceCount(let rule): "slice count " + rule.words
        case .imageType(let rule): "image type " + rule.words
        case .group(let group): "\(group.quantifier.rawValue) of these \(group.rules.count)"
        }
    }

    /// Where the rule stands in the profile's file.
    public var line: Int {
        switch self {
        case .attribute(let rule): rule.line
        case .orientation(let rule): rule.line
        case .sliceCount(let rule): rule.line
        case .imageType(let rule): rule.line
        case .group(let group): group.line
        }
    }

    /// The keys of ``SeriesFacts`` that the rule looks at.
    var keys: Set<String> {
        switch self {
        case .attribute(let rule): [rule.attribute.key]
        case .orientation: [SeriesFacts.imageOrientationPatient]
        case .sliceCount: []
        case .imageType: [SeriesFacts.imageType]
        case .group(let group): group.rules.reduce(into: []) { $0.formUnion($1.keys) }
        }
    }
}

extension SliceCountRule {
    fileprivate var words: String {
        switch (minimum, maximum) {
        case (let minimum?, let maximum?): "from \(minimum) to \(maximum)"
        case (let minimum?, nil): "at least \(minimum)"
        case (nil, let maximum?): "at most \(maximum)"
        case (nil, nil): "any"
        }
    }
}

extension ImageTypeRule {
    fileprivate var words: String {
        var parts: [String] = []
        if !contains.isEmpty { parts.append("contains " + contains.joined(separator: ", ")) }
        if !excludes.isEmpty { parts.append("excludes " + excludes.joined(separator: ", ")) }
        return parts.joined(separator: ", ")
    }
}
