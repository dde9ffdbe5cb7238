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

/// Why a profile fits a series or not.
package struct ProfileExplanationRow: Sendable, Encodable {
    package let profile: String
    package let rule: String
    package let passed: Bool
    /// What was seen in the series.
    package let seen: String

    package init(profile: String, rule: String, passed: Bool, seen: String) {
        self.profile = profile
        self.rule = rule
        self.passed = passed
        self.seen = seen
    }
}

/// Knows the site's profiles and models.
package protocol ReviewCatalogue: Sendable {
    /// The profiles that the service works with.
    func profiles() -> [ProfileSummary]

    /// The name of the model with these weights; `nil` where it is not in the store any more.
    func modelName(_ weights: ContentDigest) -> String?

    /// Which rules hold for the series of a job, profile by profile.
    ///
    /// - Throws: ``ReviewError`` where its headers cannot be read.
    func explain(_ job: Job) async throws -> [ProfileExplanationRow]
}
