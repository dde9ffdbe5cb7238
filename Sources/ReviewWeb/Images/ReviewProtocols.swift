import Ledger

/// What the profile of a job says, as far as the page shows it.
package struct JobProtocol: Sendable {
    /// A structure that the profile looks for.
    package struct Segment: Sendable, Hashable {
        /// Tracking ID in every segmentation of the profile.
        package let key: String
        package let label: String
        /// `#rrggbb`.
        package let colour: String
        package let code: CodeTriplet
        /// mL; `nil` where no limit is given.
        package let expectedVolume: (low: Double?, high: Double?)

        package init(
            key: String,
            label: String,
            colour: String,
            code: CodeTriplet,
            expectedVolume: (low: Double?, high: Double?) = (nil, nil)
        ) {
            self.key = key
            self.label = label
            self.colour = colour
            self.code = code
            self.expectedVolume = expectedVolume
        }

        package static func == (left: Segment, right: Segment) -> Bool { left.key == right.key }

        package func hash(into hasher: inout Hasher) { hasher.combine(key) }
    }

    /// The window that the network sees, where the profile has one.
    package let window: ClosedRange<Double>?
    /// In the order of the profile.
    package let segments: [Segment]

    package init(window: ClosedRange<Double>? = nil, segments: [Segment] = []) {
        self.window = window
        self.segments = segments
    }
}

/// Knows the profiles of the site.
package protocol JobProtocols: Sendable {
    /// What the profile of a job says; `nil` where this version of it is not there any more.
    func jobProtocol(of job: Job) -> JobProtocol?
}
