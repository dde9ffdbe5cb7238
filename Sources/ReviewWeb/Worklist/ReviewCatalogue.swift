import Ledger

/// A profile as the page shows it.
package struct ProfileSummary: Sendable, Encodable {
    package let id: String
    package let title: String
    package let version: String
    /// The model that new jobs of the profile get.
    package let model: String
    /// How many structures it looks for.
    package let segments: Int

    package init(id: String, title: String, version: String, model: String, segments: Int) {
        self.id = id
        self.title = title
        self.version = version
        self.model = model
        self.segments = segments
    }
}

/// A model of the store.
package struct ModelSummary: Sendable, Encodable {
    package let name: String
    package let architecture: String
    package let sha256: String
    /// The channels that it is promoted to, `stable` for one.
    package let channels: [String]

    package init(name: String, architecture: String, sha256: String, channels: [String]) {
        self.name = name
        self.architecture = architecture
        self.sha256 = sha256
        self.channels = channels
    }
}

/// A rule of a profile, and whether it holds for a series.
package struct ExplainedRule: Sendable, Encodable {
    package let profile: String
    package let version: String
    /// Whether the whole profile fits.
    package let matches: Bool
    package let rule: String
    /// 0 for a rule of the profile itself, more for one inside of a group.
    package let depth: Int
    package let holds: Bool
    /// On so many of the instances.
    package let held: Int
    package let instances: Int
    /// What was seen.
    package let seen: [String]

    package init(
        profile: (id: String, version: String, matches: Bool),
        rule: (text: String, depth: Int, holds: Bool),
        counts: (held: Int, instances: Int),
        seen: [String]
    ) {
        self.profile = profile.id
        version = profile.version
        matches = profile.matches
        self.rule = rule.text
        depth = rule.depth
        holds = rule.holds
        held = counts.held
        instances = counts.instances
        self.seen = seen
    }
}

/// Knows the site's profiles and models.
package protocol ReviewCatalogue: Sendable {
    /// The profiles that the service works with.
    func profiles() -> [ProfileSummary]

    /// The title of a profile; `nil` where it is not there any more.
    func profileTitle(_ id: String) -> String?

    /// The models of the store.
    func models() -> [ModelSummary]

    /// The name of the model with these weights; `nil` where it is not in the store any more.
    func modelName(_ weights: ContentDigest) -> String?

    /// Which rules hold for the series of a job, profile by profile.
    ///
    /// - Throws: ``ReviewError`` where its headers cannot be read.
    func explain(_ job: Job) async throws -> [ExplainedRule]
}
