/// Why no box can be derived: a series that does not fit the atlas gets none, never a guessed one.
public enum RegistrationRefusal: Error, Sendable, Hashable, CustomStringConvertible {
    /// No trunk was found in the series, or in the atlas.
    case noBody
    /// The part of the series that can overlap the atlas is too short.
    case overlapTooShort(millimetres: Double, needed: Double)
    /// No level of the atlas looks like the series.
    case levelNotFound(score: Double, needed: Double)
    /// The trunk is much smaller or larger than the atlas's: target over atlas.
    case bodySize(widthRatio: Double, depthRatio: Double)
    /// Series and atlas do not look alike where they were laid over one another.
    case notAlike(similarity: Double, needed: Double)
    /// The head's shape does not fit the atlas's: Dice of the two.
    case shape(overlap: Double, needed: Double)

    /// A stable word for logs and receipts.
    public var reasonCode: String {
        switch self {
        case .noBody: "atlas-no-body"
        case .overlapTooShort: "atlas-overlap-too-short"
        case .levelNotFound: "atlas-level-not-found"
        case .bodySize: "atlas-body-size"
        case .notAlike: "atlas-not-alike"
        case .shape: "atlas-shape"
        }
    }

    /// The reason in words that an operator can act on.
    public var description: String {
        func two(_ value: Double) -> String { String((value * 100).rounded() / 100) }
        return switch self {
        case .noBody: "no trunk was found; the profile's atlas needs a series of the trunk"
        case .overlapTooShort(let found, let needed):
            "the series shares \(two(found)) mm with the atlas, \(two(needed)) mm are needed"
        case .levelNotFound(let score, let needed):
            "no level of the atlas looks like the series: score \(two(score)), \(two(needed)) is needed"
        case .bodySize(let width, let depth):
            "the trunk's size is out of range: \(two(width)) × the atlas's width, \(two(depth)) × its depth"
        case .notAlike(let found, let needed):
            "series and atlas do not look alike after registration: likeness \(two(found)), \(two(needed)) is needed"
        case .shape(let found, let needed):
            "the head's shape does not fit the atlas's: overlap \(two(found)), \(two(needed)) is needed"
        }
    }
}
