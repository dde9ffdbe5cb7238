import Corrections
import HTTPTypes
import Hummingbird
import Ledger
import ReviewWeb

/// Does on the page what the verbs of the command line do.
struct SiteDeeds: ReviewDeeds {
    let execution: DeedExecution

    func perform(_ deed: ReviewDeed, by user: ReviewUser, work: ReviewWork) async throws -> String {
        do {
            return try await execution.attempt(SiteDeed(deed), by: user.name, work: work).message
        } catch let error as CorrectionJudge.Unavailable {
            throw ReviewError(.serviceUnavailable, "LATER", "it is on record and will be judged later: \(error)")
        } catch let failure as CommandFailure {
            throw ReviewError(failure)
        }
    }
}

extension ReviewError {
    /// What a command would end with, as an answer: as things stand it is not possible.
    init(_ failure: CommandFailure) { self.init(.conflict, "NOT_POSSIBLE", failure.message) }
}

extension SiteDeed {
    init(_ deed: ReviewDeed) {
        switch deed {
        case .accept(let job, let version): self = .accept(["\(job.rawValue)"], AcceptedVersion(version))
        case .reject(let job, let reason): self = .reject("\(job.rawValue)", reason: reason)
        case .retry(let job): self = .retryJob(job.rawValue)
        case .cancel(let job): self = .cancelJob(job.rawValue)
        case .replan(let job): self = .replanJob(job.rawValue)
        case .releaseFile(let file): self = .releaseFile(file.rawValue)
        case .releaseStudy(let file): self = .releaseStudy(ofFile: file.rawValue)
        case .releaseCorrection(let correction, let byNumber):
            self = .releaseCorrection(correction.rawValue, matchingByNumber: byNumber)
        }
    }
}

extension SiteDeed.AcceptedVersion {
    fileprivate init(_ version: ReviewDeed.AcceptedVersion) {
        switch version {
        case .undisputed: self = .undisputed
        case .result: self = .result
        case .correction(let correction): self = .correction(correction.rawValue)
        }
    }
}
