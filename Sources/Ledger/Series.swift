/// Where a study stands.
package enum StudyState: String, Sendable, Hashable, Codable, CaseIterable {
    /// Its series are planned as they settle.
    case open
    /// Two identities in one study, or one series in two studies: nothing is computed until a person decides.
    case held
}

/// A study of which an instance was seen.
package struct Study: Sendable, Hashable {
    package let uid: StudyUID
    /// Of the first instance, as ``InstanceIdentity/patientIdentity``.
    package let patientIdentity: String
    package var state: StudyState
    package let firstSeen: Timestamp

    /// Collects a row of the ledger.
    package init(uid: StudyUID, patientIdentity: String, state: StudyState, firstSeen: Timestamp) {
        self.uid = uid
        self.patientIdentity = patientIdentity
        self.state = state
        self.firstSeen = firstSeen
    }
}

/// Where a series stands.
package enum SeriesState: String, Sendable, Hashable, Codable, CaseIterable {
    /// Instances arrive, or the series has not been looked at since the last one.
    case receiving
    /// Jobs exist for what has arrived.
    case planned
    /// No job fits; the reason says why.
    case unmatched
    /// Its study is held.
    case held
}

/// A series of which an instance is in the store.
package struct Series: Sendable, Hashable {
    package let uid: SeriesUID
    package let study: StudyUID
    /// (0008,0060) of the first instance.
    package let modality: String
    package var state: SeriesState
    /// A reason code where no job fits, for example `NO_PROFILE`.
    package var reason: String?
    /// The same in words, without patient data.
    package var message: String?
    /// Remarks on the volumes of the last plan, for example `GAPS 1`.
    package var flags: [String]
    /// How many instances are in the store; it only grows.
    package var instanceCount: Int
    /// How many times the series was planned.
    package var revision: Int
    package var lastArrival: Timestamp

    /// A series with its first instance still to be counted.
    package init(uid: SeriesUID, study: StudyUID, modality: String, firstSeen: Timestamp) {
        self.uid = uid
        self.study = study
        self.modality = modality
        state = .receiving
        flags = []
        instanceCount = 0
        revision = 0
        lastArrival = firstSeen
    }
}

/// A job that a settled series asks for.
package struct JobPlan: Sendable, Hashable {
    /// The instances of one volume, in the order in which the plan wants them.
    package let instances: [InstanceUID]
    /// Over the UIDs and digests of the instances: another slice gives another digest.
    package let setDigest: ContentDigest
    package let profile: ProfileReference
    /// Of the model's weights.
    package let modelDigest: ContentDigest
    /// Remarks on the volume, for example `GAPS 1`.
    package let flags: [String]

    /// Collects a plan; the set has at least one instance.
    package init(
        instances: [InstanceUID],
        setDigest: ContentDigest,
        profile: ProfileReference,
        modelDigest: ContentDigest,
        flags: [String] = []
    ) {
        precondition(!instances.isEmpty, "a job has at least one instance")
        self.instances = instances
        self.setDigest = setDigest
        self.profile = profile
        self.modelDigest = modelDigest
        self.flags = flags
    }

    /// The same volume, profile version and model give the same key.
    package var key: JobKey {
        JobKey(rawValue: "\(setDigest)/\(profile.id)/\(profile.version)/\(modelDigest)")
    }
}

/// What was decided for a settled series.
package struct SeriesPlan: Sendable, Hashable {
    /// Jobs, or why there is none.
    package enum Decision: Sendable, Hashable {
        case jobs([JobPlan])
        case unmatched(reason: String, message: String?)
    }

    package let series: SeriesUID
    /// ``Series/instanceCount`` of the set that was looked at.
    package let instanceCount: Int
    package let decision: Decision

    package init(series: SeriesUID, instanceCount: Int, decision: Decision) {
        self.series = series
        self.instanceCount = instanceCount
        self.decision = decision
    }
}
