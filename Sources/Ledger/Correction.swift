/// What a person says with a file that is handed in.
package enum CorrectionIntent: String, Sendable, Hashable, Codable, CaseIterable {
    /// The segmentation in the file takes the place of the result, or confirms it where nothing was changed.
    case correct
    /// The result that the file is a copy of is wrong.
    case reject
}

/// Where a correction stands.
package enum CorrectionState: String, Sendable, Hashable, Codable, CaseIterable {
    /// Its bytes are in the store; it was not judged yet.
    case received
    /// It does not fit, for the reason given. Nothing is learnt from it.
    case held
    /// It counts: it is what a person says of the job.
    case current
    /// It counted until a later decision took its place.
    case superseded
}

/// What a file that was handed in says of itself.
package struct CorrectionContent: Sendable, Hashable, Codable {
    package let sopInstanceUID: InstanceUID
    /// Content Creator's Name, Reviewer Name and Operators' Name as the file has them.
    package let contentCreator: String?
    package let reviewer: String?
    package let operators: String?
    /// The one of them who is a person and not this program; `nil` where the file names nobody.
    package let author: String?
    /// Content Date and Content Time as the file spells them.
    package let contentDate: String?
    package let contentTime: String?
    /// Segmentations that the file says it was made from.
    package let predecessors: [InstanceUID]

    /// Collects what a file says.
    package init(
        sopInstanceUID: InstanceUID,
        names: (contentCreator: String?, reviewer: String?, operators: String?) = (nil, nil, nil),
        author: String? = nil,
        contentDate: String? = nil,
        contentTime: String? = nil,
        predecessors: [InstanceUID] = []
    ) {
        self.sopInstanceUID = sopInstanceUID
        contentCreator = names.contentCreator
        reviewer = names.reviewer
        operators = names.operators
        self.author = author
        self.contentDate = contentDate
        self.contentTime = contentTime
        self.predecessors = predecessors
    }
}

/// A file that a person handed in to correct, confirm or reject a result, and what became of it.
///
/// The same bytes with the same intent are one correction, however often they come.
package struct Correction: Sendable, Hashable, Identifiable {
    package let id: CorrectionID
    package let intent: CorrectionIntent
    /// Of the whole file.
    package let digest: ContentDigest
    /// Length of the file in bytes.
    package let size: Int64
    /// Where the copy lies, relative to the store.
    package let storePath: String
    /// The dropped file that it came from; `nil` where it was handed in on the command line.
    package let file: FileID?
    /// The user of the command line, or the folder that the file was put into.
    package let submittedBy: String
    package let received: Timestamp
    package var updated: Timestamp
    package var state: CorrectionState
    /// Why it is held.
    package var reason: JobReason?
    /// Whether a person confirmed that segments may be matched by their numbers.
    package var matchesByNumber: Bool
    /// `nil` until the file was read.
    package var content: CorrectionContent?
    /// The series that it belongs to, where that is known.
    package var series: SeriesUID?
    /// The job whose result it speaks of; always there when it counts or counted. Before it is judged, and while it is held,
    /// the job that it was handed in for, where that was said.
    package var job: JobID?
    /// What it says of each segment.
    package var segments: [CorrectionSegment]
    /// The correction that took its place; `nil` where the result itself was accepted instead.
    package var supersededBy: CorrectionID?
    /// Since when it counts.
    package var settled: Timestamp?
    /// What it cost the person.
    package let work: ReviewWork

    /// A correction that was just received.
    package init(id: CorrectionID, submission: CorrectionSubmission, received: Timestamp) {
        self.id = id
        intent = submission.intent
        digest = submission.digest
        size = submission.size
        storePath = submission.storePath
        file = submission.file
        submittedBy = submission.submittedBy
        self.received = received
        updated = received
        state = .received
        matchesByNumber = submission.matchesByNumber
        work = submission.work
        job = submission.job
        segments = []
    }

    /// Who it is from: as the file says, else who handed it in.
    package var author: String { content?.author ?? submittedBy }

    /// Whether every segment is pixel for pixel as in the result, and none is missing.
    package var isUnchanged: Bool {
        intent == .correct && !segments.isEmpty && segments.allSatisfy { $0.status == .unchanged }
    }
}

/// A file that is handed in. Its copy is durable before it is received.
package struct CorrectionSubmission: Sendable, Hashable {
    package let intent: CorrectionIntent
    package let digest: ContentDigest
    package let size: Int64
    package let storePath: String
    package let file: FileID?
    package let submittedBy: String
    /// Whether the person confirms that segments may be matched by their numbers.
    package let matchesByNumber: Bool
    /// What it cost the person, where that was measured.
    package let work: ReviewWork
    /// The job that it was made for, where the person said so; else it is found by what the file says.
    package let job: JobID?

    /// Collects what is known before the file is read.
    package init(
        intent: CorrectionIntent,
        digest: ContentDigest,
        size: Int64,
        storePath: String,
        file: FileID? = nil,
        submittedBy: String,
        matchesByNumber: Bool = false,
        job: JobID? = nil,
        work: ReviewWork = .unknown
    ) {
        self.work = work
        self.intent = intent
        self.digest = digest
        self.size = size
        self.storePath = storePath
        self.file = file
        self.submittedBy = submittedBy
        self.matchesByNumber = matchesByNumber
        self.job = job
    }
}

/// What the judgement of a correction found.
package struct CorrectionFinding: Sendable, Hashable {
    /// Whether it counts.
    package enum Verdict: Sendable, Hashable {
        /// It speaks of this job's result.
        case counts(JobID, segments: [CorrectionSegment])
        /// It does not fit.
        case held(JobReason)
    }

    package let verdict: Verdict
    /// `nil` where the file could not be read.
    package let content: CorrectionContent?
    /// `nil` where it is not known.
    package let series: SeriesUID?

    package init(_ verdict: Verdict, content: CorrectionContent? = nil, series: SeriesUID? = nil) {
        self.verdict = verdict
        self.content = content
        self.series = series
    }
}
