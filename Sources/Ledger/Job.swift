/// What makes two jobs the same: the set of instances, the profile's version and the model.
package struct JobKey: RawRepresentable, Sendable, Hashable, Codable {
    package let rawValue: String

    package init(rawValue: String) { self.rawValue = rawValue }
}

/// A profile by its id and version.
package struct ProfileReference: Sendable, Hashable, Codable {
    package let id: String
    package let version: String

    package init(id: String, version: String) {
        self.id = id
        self.version = version
    }
}

/// A worker's right to publish a job's result.
///
/// The epoch is a fencing token: it grows with every claim and every cancellation, and what is published under an older epoch
/// touches no row. That a lease is believed to run is therefore never what keeps a result single.
package struct Lease: Sendable, Hashable, Codable {
    package let job: JobID
    package let owner: WorkerID
    package let epoch: Int64
    /// From then on another worker may take the job.
    package let expires: Timestamp

    package init(job: JobID, owner: WorkerID, epoch: Int64, expires: Timestamp) {
        self.job = job
        self.owner = owner
        self.epoch = epoch
        self.expires = expires
    }
}

/// A reason code with words for people, without patient data.
package struct JobReason: Sendable, Hashable, Codable {
    package let code: String
    package let message: String?

    package init(_ code: String, message: String? = nil) {
        self.code = code
        self.message = message
    }

    /// The worker's lease ran out, or it died.
    package static let workerLost = JobReason("WORKER_LOST", message: "the worker did not renew its lease")
    /// A newer set of instances, profile or model took the job's place.
    package static let superseded = JobReason("SUPERSEDED", message: "a newer plan for the series took its place")
    /// The study holds two identities.
    package static let identityConflict = JobReason("IDENTITY_CONFLICT", message: "the study is held")
}

/// A DICOM-SEG file that was written for a job.
package struct SegmentationFile: Sendable, Hashable, Codable {
    /// Relative to the results folder.
    package let path: String
    /// Of the whole file.
    package let digest: ContentDigest
    package let sopInstanceUID: InstanceUID

    package init(path: String, digest: ContentDigest, sopInstanceUID: InstanceUID) {
        self.path = path
        self.digest = digest
        self.sopInstanceUID = sopInstanceUID
    }
}

/// What a finished job left behind. All files are durable before the result is published.
package struct JobResult: Sendable, Hashable, Codable {
    /// `nil` where every segment came out empty: such a SEG is not written.
    package let segmentation: SegmentationFile?
    /// Relative to the results folder.
    package let receiptPath: String
    /// How unsure the result is, 0 to 1; the review worklist begins with the largest.
    package let instability: Double?

    package init(segmentation: SegmentationFile?, receiptPath: String, instability: Double? = nil) {
        self.segmentation = segmentation
        self.receiptPath = receiptPath
        self.instability = instability
    }
}

/// Who judged a result last, and when.
package struct JobReview: Sendable, Hashable, Codable {
    package let reviewer: String
    package let time: Timestamp

    package init(by reviewer: String, at time: Timestamp) {
        self.reviewer = reviewer
        self.time = time
    }
}

/// One volume to be segmented by one profile version and one model.
package struct Job: Sendable, Hashable, Identifiable {
    package let id: JobID
    package let key: JobKey
    package let series: SeriesUID
    package let study: StudyUID
    package let profile: ProfileReference
    /// Of the model's weights.
    package let modelDigest: ContentDigest
    package var state: JobState
    /// The fencing token of the last claim or cancellation; 0 before the first.
    package var epoch: Int64
    /// While the job is running.
    package var lease: Lease?
    /// Claims that were not given back.
    package var attempts: Int
    /// No worker gets the job before this moment.
    package var notBefore: Timestamp
    /// Why it failed, was cancelled, was rejected or needs a prompt; while it is queued, why the last attempt failed.
    package var reason: JobReason?
    package var result: JobResult?
    /// `nil` until a person has judged the result.
    package var review: JobReview?
    /// The job that took its place.
    package var supersededBy: JobID?
    /// Whether corrections that count contradict each other.
    package var isConflict: Bool
    /// What the result is worth a look for; `nil` until its receipt was read for it.
    package var summary: ResultSummary?
    package let created: Timestamp
    package var updated: Timestamp

    /// A queued job for a plan.
    package init(id: JobID, plan: JobPlan, series: Series, created: Timestamp) {
        self.init(
            id: id,
            key: plan.key,
            series: series.uid,
            study: series.study,
            profile: plan.profile,
            modelDigest: plan.modelDigest,
            created: created
        )
    }

    /// A queued job that was never claimed.
    package init(
        id: JobID,
        key: JobKey,
        series: SeriesUID,
        study: StudyUID,
        profile: ProfileReference,
        modelDigest: ContentDigest,
        created: Timestamp
    ) {
        self.id = id
        self.key = key
        self.series = series
        self.study = study
        self.profile = profile
        self.modelDigest = modelDigest
        state = .queued
        epoch = 0
        attempts = 0
        notBefore = created
        isConflict = false
        self.created = created
        updated = created
    }
}

/// A job with the lease under which it is worked on.
package struct LeasedJob: Sendable, Hashable {
    package let job: Job
    package let lease: Lease
    /// The volume, in the order of the plan.
    package let instances: [Instance]

    package init(job: Job, lease: Lease, instances: [Instance]) {
        self.job = job
        self.lease = lease
        self.instances = instances
    }
}
