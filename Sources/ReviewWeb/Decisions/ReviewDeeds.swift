import Ledger

/// What a person can have done.
package enum ReviewDeed: Sendable, Hashable {
    case accept(JobID, AcceptedVersion)
    case reject(JobID, reason: String)
    case retry(JobID)
    case cancel(JobID)
    case replan(JobID)
    case releaseFile(FileID)
    case releaseStudy(of: FileID)
    case releaseCorrection(CorrectionID, matchingByNumber: Bool)

    /// Which masks are accepted.
    package enum AcceptedVersion: Sendable, Hashable {
        /// What there is, as long as nothing contradicts it.
        case undisputed
        /// The program's own.
        case result
        case correction(CorrectionID)
    }
}

/// Does deeds under a person's name, as the verbs of the command line do.
package protocol ReviewDeeds: Sendable {
    /// Does a deed, and says in words what came of it.
    ///
    /// - Throws: ``ReviewError`` where it is not possible now, or not at all.
    func perform(_ deed: ReviewDeed, by user: ReviewUser, work: ReviewWork) async throws -> String
}
