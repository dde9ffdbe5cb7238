/// Where a job stands.
package enum JobState: String, Sendable, Hashable, Codable, CaseIterable {
    /// Waits for a worker, perhaps until a back-off ends.
    case queued
    /// A worker holds a lease.
    case running
    /// A result is published and waits for review.
    case annotated
    /// The prior is not good enough to prompt the model: a person must.
    case needsPrompt = "needs-prompt"
    /// Reviewed: the result is right.
    case accepted
    /// Reviewed: a person's segmentation takes the place of the result.
    case corrected
    /// Reviewed: the result is wrong.
    case rejected
    /// Given up, with the reason.
    case failed
    /// Withdrawn by a person, by a newer set of instances, or because its study is held.
    case cancelled

    /// Whether a person has judged the result.
    package var isReviewed: Bool { self == .accepted || self == .corrected || self == .rejected }
}

/// What can happen to a job.
package enum JobEvent: String, Sendable, Hashable, Codable, CaseIterable {
    /// A worker takes it.
    case claim
    /// Its worker stops before the work is done, or is lost.
    case giveBack = "give-back"
    /// It failed and is tried again later.
    case retryLater = "retry-later"
    /// Its result is published.
    case annotate
    /// A person must give prompts.
    case requirePrompt = "require-prompt"
    /// It failed for good.
    case fail
    case cancel
    /// A person, or a plan that asks for it again, puts it back into the queue.
    case requeue
    case accept
    case correct
    case reject
}

extension JobState {
    /// The state after an event, or `nil` where the event is not possible.
    package func after(_ event: JobEvent) -> JobState? {
        switch self {
        case .queued: afterWhileQueued(event)
        case .running: afterWhileRunning(event)
        case .annotated, .accepted, .corrected, .rejected: afterReview(event)
        case .needsPrompt, .failed:
            switch event {
            case .requeue: .queued
            case .cancel: .cancelled
            // A person has drawn what there was no prompt for.
            case .correct: self == .needsPrompt ? .corrected : nil
            default: nil
            }
        case .cancelled: event == .requeue ? .queued : nil
        }
    }

    private func afterWhileQueued(_ event: JobEvent) -> JobState? {
        switch event {
        case .claim: .running
        case .cancel: .cancelled
        default: nil
        }
    }

    private func afterWhileRunning(_ event: JobEvent) -> JobState? {
        switch event {
        case .giveBack, .retryLater: .queued
        case .annotate: .annotated
        case .requirePrompt: .needsPrompt
        case .fail: .failed
        case .cancel: .cancelled
        default: nil
        }
    }

    /// A second reviewer may come to another verdict; the first one stays among the events.
    private func afterReview(_ event: JobEvent) -> JobState? {
        switch event {
        case .accept: .accepted
        case .correct: .corrected
        case .reject: .rejected
        default: nil
        }
    }
}
