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
    /// Its rank among the profiles.
    package let rank: Rank
    /// The atlases that its boxes come from.
    package let atlases: [Atlas]

    /// Which profile comes before which.
    package struct Rank: Sendable {
        let priority: Int
        let isFallback: Bool
        /// The profile that it extends.
        let parent: String?

        package init(priority: Int = 0, isFallback: Bool = false, parent: String? = nil) {
            self.priority = priority
            self.isFallback = isFallback
            self.parent = parent
        }
    }

    /// An atlas by its name.
    package struct Atlas: Sendable, Encodable {
        let name: String
        /// Without it series of the profile wait for a person's prompts.
        let installed: Bool

        package init(name: String, installed: Bool) {
            self.name = name
            self.installed = installed
        }
    }

    package init(
        id: String,
        title: String,
        version: String,
        model: String,
        segments: Int,
        rank: Rank = Rank(),
        atlases: [Atlas] = []
    ) {
        self.id = id
        self.title = title
        self.version = version
        self.model = model
        self.segments = segments
        self.rank = rank
        self.atlases = atlases
    }

    private enum CodingKeys: String, CodingKey {
        case id
        case title
        case version
        case model
        case segments
        case priority
        case fallback
        case extends
        case atlases
    }

    package func encode(to encoder: any Encoder) throws {
        var container = encoder.container(keyedBy: CodingKeys.self)
        try container.encode(id, forKey: .id)
        try container.encode(title, forKey: .title)
        try container.encode(version, forKey: .version)
        try container.encode(model, forKey: .model)
        try container.encode(segments, forKey: .segments)
        try container.encode(rank.priority, forKey: .priority)
        try container.encode(rank.isFallback, forKey: .fallback)
        try container.encode(rank.parent, forKey: .extends)
        try container.encode(atlases, forKey: .atlases)
    }
}

/// What is wrong with files of profiles that were changed, and are not used for it.
package struct ProfileProblem: Sendable, Encodable {
    let file: String
    @OrNull var line: Int?
    let message: String
    let remedy: String

    package init(file: String, line: Int?, message: String, remedy: String) {
        self.file = file
        self.line = line
        self.message = message
        self.remedy = remedy
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
    /// Why a series that does not hold it is not good enough; `nil` for rules.
    @OrNull package var reason: String?

    package init(
        profile: (id: String, version: String, matches: Bool),
        rule: (text: String, depth: Int, holds: Bool),
        counts: (held: Int, instances: Int),
        seen: [String],
        reason: String? = nil
    ) {
        self.reason = reason
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

    /// Why changed files of profiles are not used; empty where all are.
    func profileProblems() -> [ProfileProblem]

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
