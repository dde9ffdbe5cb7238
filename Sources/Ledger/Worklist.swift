/// Which jobs a worklist holds.
package enum WorklistSelection: Sendable, Hashable {
    /// What waits for a person: contradicting corrections, then what needs a prompt, then results by how much they are worth a
    /// look, then by age.
    case open
    /// Of those only what needs a prompt, or only results, in the same order.
    case waiting(JobState)
    /// Jobs in a state, those that changed last first.
    case state(JobState)
    /// Every job, also those whose place another took.
    case all
}

/// Where a page of a worklist ended.
package struct WorklistPosition: Sendable, Hashable, Codable {
    /// ``WorklistRow/rank``.
    package let rank: Double
    package let job: JobID

    package init(rank: Double, job: JobID) {
        self.rank = rank
        self.job = job
    }
}

/// A question for a page of a worklist.
package struct WorklistQuery: Sendable, Hashable {
    package var selection: WorklistSelection
    /// Only jobs of the profile with this id.
    package var profile: String?
    package var search: WorklistSearch?
    /// Rows behind this one.
    package var after: WorklistPosition?
    /// At most so many.
    package var limit: Int

    package init(
        _ selection: WorklistSelection,
        profile: String? = nil,
        search: WorklistSearch? = nil,
        after: WorklistPosition? = nil,
        limit: Int = 50
    ) {
        self.selection = selection
        self.profile = profile
        self.search = search
        self.after = after
        self.limit = limit
    }
}

/// What is looked for.
package struct WorklistSearch: Sendable, Hashable {
    /// Each has to occur in ``SeriesDisplay/searchText``, whoever fills that having folded it in the same way.
    package let words: Redacted<[String]>
    /// What is looked for as a UID: of a study, a series, an instance or a result.
    package let uid: Redacted<String>?

    package init(words: [String], uid: String? = nil) {
        self.words = Redacted(words)
        self.uid = uid.map { Redacted($0) }
    }
}

/// A job as a worklist shows it.
package struct WorklistRow: Sendable, Hashable {
    package let job: Job
    /// By which the rows are ordered: ascending where they wait for a person, descending otherwise.
    package let rank: Double
    /// The study's number.
    package let study: StudyNumber
    /// When the first file of the study came.
    package let received: Timestamp
    package let modality: String
    /// Instances of the job's volume.
    package let instanceCount: Int
    /// `nil` until the files were read for it.
    package let display: SeriesDisplay?

    package init(
        job: Job,
        rank: Double,
        study: (number: StudyNumber, received: Timestamp),
        volume: (modality: String, instanceCount: Int),
        display: SeriesDisplay?
    ) {
        self.job = job
        self.rank = rank
        self.study = study.number
        received = study.received
        modality = volume.modality
        instanceCount = volume.instanceCount
        self.display = display
    }
}

/// How many jobs each part of the worklist holds; those whose place another took are not counted.
package struct WorklistCounts: Sendable, Hashable {
    package var states: [JobState: Int]
    /// Corrections contradict each other.
    package var conflicts: Int

    package init(states: [JobState: Int] = [:], conflicts: Int = 0) {
        self.states = states
        self.conflicts = conflicts
    }

    /// What waits for a person.
    package var open: Int { conflicts + (states[.needsPrompt] ?? 0) + (states[.annotated] ?? 0) }
}

/// What a result is worth a look for, as its receipt says.
package struct ResultSummary: Sendable, Hashable, Codable {
    /// Reason codes with words for people.
    package let reasons: [JobReason]
    /// How much the result is worth a look, 0 to 1.
    package let interest: Double

    package init(reasons: [JobReason], interest: Double) {
        self.reasons = reasons
        self.interest = interest
    }
}

extension Job {
    /// The place among what waits for a person, smallest first; `nil` where it does not wait.
    package var attention: Double? {
        if supersededBy != nil { return nil }
        if isConflict { return 0 }
        switch state {
        case .needsPrompt: return 1
        case .annotated: return 3 - min(summary?.interest ?? result?.instability ?? 0, 1)
        default: return nil
        }
    }
}
