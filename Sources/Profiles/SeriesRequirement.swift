/// What a series has to be like beyond its profile's rules before anything is done with it.
///
/// Rules say which protocol a series is of. Requirements say whether it is good enough for that protocol, and each one
/// says in words why not.
public struct SeriesRequirement: Sendable, Hashable {
    /// What is asked.
    public enum Measure: Sendable, Hashable {
        /// mm between neighbouring slices.
        case sliceSpacing(ProfileSegment.ValueRange)
        /// mm, rows and columns of every slice.
        case pixelSpacing(ProfileSegment.ValueRange)
        /// Distances between neighbours differ from their median by at most so many mm.
        case regularSpacing(tolerance: Double)
        /// Rescale Slope and Intercept (PS3.3 section C.11.1) are there on every slice: values have a unit.
        case rescale
        /// mm of the body from the first slice to the last.
        case coverage(ProfileSegment.ValueRange)
        /// At most so many places where slices are missing.
        case gaps(maximum: Int)
        /// A rule as in `<match>`, which every slice has to satisfy.
        case rule(MatchRule)
    }

    /// What becomes of a series that fails.
    public enum Failure: String, Sendable, Hashable, CaseIterable {
        /// The profile is its profile; a person has to prompt.
        case needsPrompt = "needs-prompt"
        /// The profile is not for it; the next one is tried.
        case notMatched = "not-matched"
    }

    /// What is asked.
    public let measure: Measure
    /// What a person is told when it fails.
    public let reason: String
    /// What becomes of a series that fails.
    public let failure: Failure
    /// The file in which the requirement stands.
    public let file: String
    /// Where it stands there.
    public let line: Int

    /// The keys of ``SeriesFacts`` that it looks at.
    var keys: Set<String> {
        switch measure {
        case .sliceSpacing, .regularSpacing, .coverage, .gaps:
            [SeriesFacts.imagePositionPatient, SeriesFacts.imageOrientationPatient]
        case .pixelSpacing: [SeriesFacts.pixelSpacing]
        case .rescale: [SeriesFacts.rescaleSlope, SeriesFacts.rescaleIntercept]
        case .rule(let rule): rule.keys
        }
    }
}

extension SeriesRequirement: CustomStringConvertible {
    /// For example `slice spacing at most 6 mm`.
    public var description: String {
        switch measure {
        case .sliceSpacing(let range): "slice spacing \(range.words) mm"
        case .pixelSpacing(let range): "pixel spacing \(range.words) mm"
        case .regularSpacing(let tolerance): "slices regular within \(tolerance.shortest) mm"
        case .rescale: "rescale slope and intercept exist"
        case .coverage(let range): "coverage \(range.words) mm"
        case .gaps(0): "no gap between slices"
        case .gaps(let maximum): "at most \(maximum) gaps between slices"
        case .rule(let rule): rule.description
        }
    }
}

extension ProfileSegment.ValueRange {
    /// For example `from 1 to 5`.
    var words: String {
        switch (minimum, maximum) {
        case (let minimum?, let maximum?): "from \(minimum.shortest) to \(maximum.shortest)"
        case (let minimum?, nil): "at least \(minimum.shortest)"
        case (nil, let maximum?): "at most \(maximum.shortest)"
        case (nil, nil): "any"
        }
    }
}
