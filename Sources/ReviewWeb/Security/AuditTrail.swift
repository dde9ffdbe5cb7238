import DurableFiles
import Foundation
import HTTPTypes
import Ledger
import Logging
import Synchronization

/// Where routes note what has to be known later.
package protocol ReviewAudit: Sendable {
    /// Notes something; it is on disk when this returns.
    ///
    /// - Throws: ``ReviewError`` of status 503 where it cannot be noted: then it must not be done or shown.
    func note(_ entry: AuditEntry) async throws(ReviewError)

    /// Notes that a user looks at the study of a job; looking on for a while is one look.
    func noteView(of job: JobID, by user: ReviewUser, from address: String) async throws(ReviewError)
}

/// The audit of a site.
package final class AuditTrail: ReviewAudit {
    private let file: AuditFile
    private let study: @Sendable (JobID) async throws -> StudyUID?
    private let anchor: @Sendable (Int64, String) async -> Void
    private let logger: Logger
    private let now: @Sendable () -> ContinuousClock.Instant
    private let work = SerialWork("audit")
    private let views = Mutex<[View: ContinuousClock.Instant]>([:])

    private struct View: Hashable {
        let user: String
        let job: JobID
    }

    /// Who looks at the same study again within this time looks on.
    private static let lookingOn = Duration.seconds(600)
    private static let mostViews = 50_000

    /// An audit in a file.
    ///
    /// - Parameters:
    ///   - path: the file; its folder must exist.
    ///   - study: the study that a job belongs to.
    ///   - anchor: is told the number and digest of the last line, to keep them somewhere else.
    ///   - logger: is told where nothing can be noted.
    ///   - now: a clock.
    package init(
        _ path: RawPath,
        study: @escaping @Sendable (JobID) async throws -> StudyUID?,
        anchor: @escaping @Sendable (Int64, String) async -> Void = { _, _ in },
        logger: Logger,
        now: @escaping @Sendable () -> ContinuousClock.Instant = { .now }
    ) {
        file = AuditFile(path: path)
        self.study = study
        self.anchor = anchor
        self.logger = logger
        self.now = now
    }

    package func note(_ entry: AuditEntry) async throws(ReviewError) {
        let file = file
        let end: AuditFile.End
        do {
            end = try await work.run { try file.append([entry]) }
        } catch {
            logger.critical("the audit cannot be written", metadata: ["error": "\(error)"])
            throw ReviewError(
                .serviceUnavailable,
                "AUDIT",
                "this cannot be noted in the audit, so it is not done",
                remedy: "see the service's log: the disk may be full"
            )
        }
        await anchor(end.number, end.digest.hex)
    }

    package func noteView(of job: JobID, by user: ReviewUser, from address: String) async throws(ReviewError) {
        guard isNew(View(user: user.name, job: job)) else { return }
        do {
            let study = try? await study(job)
            try await note(
                AuditEntry(.view, by: user.name, from: address, job: job.rawValue, study: study?.rawValue)
            )
        } catch {
            views.withLock { $0[View(user: user.name, job: job)] = nil }
            throw error
        }
    }

    private func isNew(_ view: View) -> Bool {
        let now = now()
        return views.withLock { views in
            if views.count > Self.mostViews { views = views.filter { now - $0.value < Self.lookingOn } }
            if let last = views[view], now - last < Self.lookingOn { return false }
            views[view] = now
            return true
        }
    }
}
