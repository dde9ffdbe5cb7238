import DurableFiles

/// A protocol profile: which series it is for, and what is done with them.
///
/// Read from an XML file that `profiles/profile.xsd` describes; `profiles/README.md` explains every element.
public struct Profile: Sendable, Hashable {
    /// Lower-case letters, digits and hyphens, at most 64; unique in a set.
    public let id: String
    /// Numbers with dots between them, for example `1.2`.
    public let version: String
    /// At most 64 characters.
    public let title: String
    /// A sentence for people, or empty.
    public let description: String
    /// The higher number wins where several profiles fit.
    public let priority: Int
    /// Whether the profile is for series that no other profile fits.
    public let isFallback: Bool
    /// Whether series may get the profile; one that is not active is there to be extended, or to be read by people.
    public let isActive: Bool
    /// The id of the profile that this one extends.
    public let parentID: String?
    /// Every instance of a series has to satisfy all of these.
    public let rules: [MatchRule]
    /// What a series that fits has to be like beyond the rules: pre-flight first, then completeness.
    public let requirements: [SeriesRequirement]
    /// Which of several series of one study are taken; `nil` for all.
    public let choice: SeriesChoice?
    /// Which network is used.
    public let model: ProfileModel
    /// How pixel values become grey values.
    public let intensity: ProfileIntensity
    /// The names of the atlas packages below `profiles/atlases/`, the most trusted first: those that are installed vote.
    /// Empty for profiles that work by prompts alone.
    public let atlases: [String]
    /// Those of ``atlases`` that have a vote only where none of the others is installed.
    public let fallbackAtlases: Set<String>
    /// When a registration is good enough.
    public let registration: RegistrationRule
    /// At least one; segment numbers follow this order.
    public let segments: [ProfileSegment]
    /// How the SEG is written.
    public let output: ProfileOutput
    /// The file as it was named to Preread.
    public let file: String
    /// Of the file's bytes and, where it extends another profile, of that one's digest: what a receipt names beside id and
    /// version.
    public let digest: SHA256Digest

    /// The most trusted atlas.
    public var atlas: String? { atlases.first }

    /// Those of the atlases that vote, when these are the installed ones.
    public func votingAtlases(installed isInstalled: (String) -> Bool) -> [String] {
        let installed = atlases.filter(isInstalled)
        let first = installed.filter { !fallbackAtlases.contains($0) }
        return first.isEmpty ? installed : first
    }

    /// The keys of ``SeriesFacts`` that rules, requirements and choice look at.
    public var requestedKeys: Set<String> {
        rules.reduce(into: choice?.keys ?? []) { $0.formUnion($1.keys) }
            .union(requirements.flatMap(\.keys))
    }
}

/// Which network a profile uses.
public struct ProfileModel: Sendable, Hashable {
    /// How a network is named.
    public enum Choice: Sendable, Hashable {
        /// The site's default model.
        case siteDefault
        /// One model by its name.
        case name(String)
        /// Whatever model is promoted to a channel, for example `stable`.
        case channel(String)
    }

    /// The arithmetic of the encoder.
    public enum Precision: String, Sendable, Hashable, CaseIterable {
        case fp32
        case bf16
        case int8
    }

    /// Which model it is.
    public let choice: Choice
    /// Where given, a model with other weights is refused.
    public let sha256: SHA256Digest?
    /// The arithmetic of the encoder; `nil` for the site's.
    public let precision: Precision?
}

/// How pixel values become the 8-bit grey values that the networks take.
public enum ProfileIntensity: Sendable, Hashable {
    /// Values after the modality LUT (HU for CT); `low` becomes 0 and `high` 255.
    case window(low: Double, high: Double)
    /// Percentiles from 0 to 100 of the whole volume.
    case percentiles(low: Double, high: Double)
}

/// How the SEG is written.
public struct ProfileOutput: Sendable, Hashable {
    /// Segmentation Type (0062,0001).
    public enum Encoding: String, Sendable, Hashable, CaseIterable {
        case binary = "BINARY"
    }

    /// Series Number (0020,0011).
    public let seriesNumber: Int
    /// Series Description (0008,103E), at most 64 ASCII characters.
    public let seriesDescription: String
    /// Segmentation Type (0062,0001).
    public let encoding: Encoding
}
