/// How a site's learning stands: what `GET /api/learning` answers, field by field.
///
/// Times are ISO 8601, UTC. Fields that are always there are written as `null` where they have no value.
struct LearningOverview: Encodable, Sendable, Hashable {
    /// What people handed in.
    struct Corrections: Encodable, Sendable, Hashable {
        /// Handed in, and not counted yet: a person has to look at them, or they are about to be read.
        var waiting: Int
        /// That count and have come since the last run.
        var sinceLast: Int
        /// So many begin a run by themselves; nil where none does.
        var threshold: Int?

        private enum CodingKeys: String, CodingKey { case waiting, sinceLast, threshold }

        func encode(to encoder: any Encoder) throws {
            var container = encoder.container(keyedBy: CodingKeys.self)
            try container.encode(waiting, forKey: .waiting)
            try container.encode(sinceLast, forKey: .sinceLast)
            try container.encode(threshold, forKey: .threshold)
        }
    }

    /// Jobs that were reviewed since the last run began.
    struct Reviews: Encodable, Sendable, Hashable {
        var accepted: Int
        var corrected: Int
        var rejected: Int
    }

    /// What a channel stands for.
    struct Production: Encodable, Sendable, Hashable {
        var name: String
        var sha256: String
        /// When it was promoted, or imported where nothing was.
        var since: String
        /// Who, or what, promoted it; the site file where nothing was.
        var by: String
    }

    /// A switch from one model to another, the latest first.
    struct Switch: Encodable, Sendable, Hashable {
        /// What was used from then on.
        var model: String
        var since: String
        var by: String
        /// Where the report of the run lies that made it.
        var report: String?
    }

    struct Channels: Encodable, Sendable, Hashable {
        /// Nil where the site has no model that could be used.
        var production: Production?
        var history: [Switch]

        private enum CodingKeys: String, CodingKey { case production, history }

        func encode(to encoder: any Encoder) throws {
            var container = encoder.container(keyedBy: CodingKeys.self)
            try container.encode(production, forKey: .production)
            try container.encode(history, forKey: .history)
        }
    }

    /// A model package.
    struct Model: Encodable, Sendable, Hashable {
        var name: String
        var architecture: String
        var sha256: String
        var created: String
        /// The run that made it, or the file that was imported.
        var origin: String
    }

    var corrections: Corrections
    var reviews: Reviews
    /// As it stands in the site file; nil for none.
    var schedule: String?
    /// Whether a run may be begun now.
    var canStart: Bool
    /// Why not.
    var why: String?
    /// The run that a process works on now.
    var running: LearningRun?
    /// All runs, the latest first; their curves are thinned.
    var runs: [LearningRun]
    var channels: Channels
    var models: [Model]

    private enum CodingKeys: String, CodingKey {
        case corrections, reviews, schedule, canStart, why, running, runs, channels, models
    }

    func encode(to encoder: any Encoder) throws {
        var container = encoder.container(keyedBy: CodingKeys.self)
        try container.encode(corrections, forKey: .corrections)
        try container.encode(reviews, forKey: .reviews)
        try container.encode(schedule, forKey: .schedule)
        try container.encode(canStart, forKey: .canStart)
        try container.encodeIfPresent(why, forKey: .why)
        try container.encode(running, forKey: .running)
        try container.encode(runs, forKey: .runs)
        try container.encode(channels, forKey: .channels)
        try container.encode(models, forKey: .models)
    }
}
